/** A type whose members may be set, for an object that is filled member by member before anybody else sees it. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] }
