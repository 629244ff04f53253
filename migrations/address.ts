// How to reach one database as one role: either parts (embedded, over a Unix socket) or the operator's URL. Both are what `pg`
// takes as they stand. Addresses hold passwords: never log one, never put one in an error.

/** What `pg.Client` and `pg.Pool` need to reach one database as one role. */
export type DatabaseAddress =
  | {
      /** A folder (Unix socket) or a host name. */
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password: string
      readonly database: string
      /** Sockets carry no TLS; said openly so that PGSSLMODE of the shell does not break the embedded start. */
      readonly ssl: false
    }
  | { readonly connectionString: string }

/** The address behind a `…_DATABASE_URL`. The URL is taken as it stands; `pg` parses it when it connects. */
export function addressOf(url: string): DatabaseAddress {
  return { connectionString: url }
}
