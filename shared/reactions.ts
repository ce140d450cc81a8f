/**
 * Reactions: signs that people give a message, each with their names.
 *
 * MUST give the same result for the same acts, so that the log and every client have the same.
 */
import type { Act } from './acts.ts'
import type { PersonName } from './person.ts'
import type { Reaction, RoomEvent } from './protocol.ts'

/** Whether the event only changes another one. */
export function isReaction({ act }: Pick<RoomEvent, 'act'>): boolean {
  return act?.type === 'react'
}

/** The signs that the page offers; any other emoji can be typed. */
export const SIGNS = ['👍', '❤️', '😂', '🎉', '👀', '✅'] as const
/** Most signs that one person can give a message. */
export const PERSON_SIGNS = 5
/** Most signs of all people together on one message. */
export const MESSAGE_SIGNS = 100

/** For terminals that cannot type an emoji. */
const WORDS: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  ok: '👍',
  heart: '❤️',
  laugh: '😂',
  party: '🎉',
  eyes: '👀',
  done: '✅',
}

export type React = Extract<Act, { type: 'react' }>

/** A sign that a person gives, as it is stored. */
export type Given = [sign: string, id: string, name: string]

/** The sign for a word such as `ok` or `:eyes:`; any other text as it is. */
export function signOf(typed: string): string {
  const word = typed.replace(/^:(.+):$/u, '$1').toLowerCase()
  return Object.hasOwn(WORDS, word) ? (WORDS[word] as string) : typed
}

/** What the people give after this act. `from`: who reacts. */
export function given(before: readonly Given[], { sign, on }: React, from: PersonName): Given[] {
  const others = before.filter(([one, id]) => one !== sign || id !== from.id)
  return on && others.length < MESSAGE_SIGNS ? [...others, [sign, from.id, from.name]] : others
}

/** By sign: those that the page offers first, in its order. */
export function reactionsOf(all: readonly Given[]): Reaction[] {
  const bySign = new Map<string, PersonName[]>()
  for (const [sign, id, name] of all) {
    bySign.set(sign, [...(bySign.get(sign) ?? []), { id, name }])
  }
  return [...bySign]
    .map(([sign, people]) => ({ sign, people }))
    .sort(
      (one, other) => placeOf(one.sign) - placeOf(other.sign) || (one.sign < other.sign ? -1 : 1),
    )
}

export function givenOf({
  reactions = [],
}: {
  reactions?: readonly Reaction[] | undefined
}): Given[] {
  return reactions.flatMap(({ sign, people }) =>
    people.map(({ id, name }): Given => [sign, id, name]),
  )
}

/** The event with one reaction more, or one less. */
export function reacted(event: RoomEvent, act: React, from: PersonName): RoomEvent {
  return event.redacted === undefined ? withGiven(event, given(givenOf(event), act, from)) : event
}

/** The event with these reactions, in place of those that it has. */
export function withGiven({ reactions: _, ...event }: RoomEvent, all: readonly Given[]): RoomEvent {
  return all.length === 0 ? event : { ...event, reactions: reactionsOf(all) }
}

function placeOf(sign: string): number {
  const place = (SIGNS as readonly string[]).indexOf(sign)
  return place === -1 ? SIGNS.length : place
}
