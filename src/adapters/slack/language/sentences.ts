// One sentence for each kind of a thing: no kind can be forgotten in any language.

/** What a language has to say of each kind. */
export type Sentences<Thing extends { kind: string }> = {
  [Kind in Thing['kind']]: (thing: Extract<Thing, { kind: Kind }>) => string
}

export function sentenceOf<Thing extends { kind: string }>(
  sentences: Sentences<Thing>,
  thing: Thing,
): string {
  // The compiler does not see that the sentence found by a kind takes that very kind.
  const say = sentences[thing.kind as Thing['kind']] as (thing: Thing) => string
  return say(thing)
}
