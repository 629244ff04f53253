// What a type or a field of the graph is called: in the officers' words (catalogue.yaml), in English otherwise by its own name.

import type { CatalogueFile } from './catalogue-file.ts'

export type Title = { readonly en: string; readonly zh?: string }

/** `field` left out: of the type. */
export function titleOf({ types, fields }: Pick<CatalogueFile, 'types' | 'fields'>, type: string, field?: string): Title {
  const named = field === undefined ? undefined : fields[field]
  const own = field === undefined ? types[type] : types[type]?.fields[field]
  const zh = own?.titleZh ?? named?.zh
  return { en: own?.title ?? named?.en ?? spoken(field ?? type), ...(zh === undefined ? {} : { zh }) }
}

/** legalRepName → Legal rep name. */
function spoken(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, (_, before: string, letter: string) => `${before} ${letter.toLowerCase()}`)
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}
