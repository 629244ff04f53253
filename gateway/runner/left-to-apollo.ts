// What the compiled way does not know how to do. An operation that needs it runs on @apollo/gateway's own path, whole.

/** Why an operation is left to Apollo; a closed list, for the metric. */
export type Reason = 'introspection' | 'abstract type' | 'rewrite' | 'node' | 'name' | 'planner'

/** Thrown while compiling, never while running. */
export class LeftToApollo extends Error {
  readonly reason: Reason
  constructor(reason: Reason) {
    super(`left to Apollo: ${reason}`)
    this.name = 'LeftToApollo'
    this.reason = reason
  }
}

/** Names that every plain object answers to by inheritance; reading one would not tell whether a reply holds it. */
export function refuseInherited(name: string): void {
  if (name in {}) throw new LeftToApollo('name')
}
