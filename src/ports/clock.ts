// The only clock that the product reads.

/** Milliseconds since the epoch. The only clock the product reads. */
export type Clock = () => number
