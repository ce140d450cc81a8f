/** Joins, leaves and renames, as one message for many changes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PresenceChanges } from '../../../server/room/presence.ts'
import type { Person } from '../../../shared/protocol.ts'

const alice: Person = { id: 'a1', name: 'alice', via: 'web' }
const bob: Person = { id: 'b2', name: 'bob', via: 'tcp' }
const called = (person: Person, name: string): Person => ({ ...person, name })

describe('the changes', () => {
  test('are undefined if there are none', () => {
    expect(new PresenceChanges().take(3)).toBeUndefined()
  })

  test('are returned once, with the number of members', () => {
    const changes = new PresenceChanges()
    changes.join(alice)
    changes.leave(bob)
    expect(changes.take(3)).toEqual({
      type: 'presence',
      joined: [alice],
      left: [bob],
      renamed: [],
      memberCount: 3,
    })
    expect(changes.take(3)).toBeUndefined()
  })

  const renamedBob = (was: string, name: string) => ({ renamed: [{ id: 'b2', was, name }] })
  const nothing = { joined: [], left: [], renamed: [] }

  test.each<[string, (changes: PresenceChanges) => void, object | undefined]>([
    [
      'of a person that joined and left are none',
      (changes) => {
        changes.join(bob)
        changes.leave(bob)
      },
      undefined,
    ],
    [
      'of a person that left and joined again are none',
      (changes) => {
        changes.leave(bob)
        changes.join(bob)
      },
      undefined,
    ],
    [
      'of a person that joined again with another name are a rename',
      (changes) => {
        changes.leave(bob)
        changes.join(called(bob, 'robert'))
      },
      { ...nothing, ...renamedBob('bob', 'robert') },
    ],
    [
      'of a person that left, joined and left are a leave',
      (changes) => {
        changes.leave(bob)
        changes.join(called(bob, 'robert'))
        changes.leave(called(bob, 'robert'))
      },
      { ...nothing, left: [bob] },
    ],
    [
      'of a person that joined, left and joined are a join',
      (changes) => {
        changes.join(bob)
        changes.leave(bob)
        changes.join(called(bob, 'robert'))
      },
      { ...nothing, joined: [called(bob, 'robert')] },
    ],
    [
      'of several renames are one from the first name to the last',
      (changes) => {
        changes.rename(called(bob, 'rob'), 'bob')
        changes.rename(called(bob, 'robert'), 'rob')
      },
      { ...nothing, ...renamedBob('bob', 'robert') },
    ],
    [
      'of a rename and its reversal are none',
      (changes) => {
        changes.rename(called(bob, 'rob'), 'bob')
        changes.rename(bob, 'rob')
      },
      undefined,
    ],
    [
      'of a person that joined and was renamed are a join with the new name',
      (changes) => {
        changes.join(bob)
        changes.rename(called(bob, 'robert'), 'bob')
      },
      { ...nothing, joined: [called(bob, 'robert')] },
    ],
    [
      'of a person that joined, was renamed and left are none',
      (changes) => {
        changes.join(bob)
        changes.rename(called(bob, 'robert'), 'bob')
        changes.leave(called(bob, 'robert'))
      },
      undefined,
    ],
    [
      'of a person that was renamed and left are a leave with the old name',
      (changes) => {
        changes.rename(called(bob, 'robert'), 'bob')
        changes.leave(called(bob, 'robert'))
      },
      { ...nothing, left: [bob] },
    ],
    [
      'of two people that exchanged names are two renames',
      (changes) => {
        changes.rename(called(bob, 'tmp'), 'bob')
        changes.rename(called(alice, 'bob'), 'alice')
        changes.rename(called(bob, 'alice'), 'tmp')
      },
      {
        ...nothing,
        renamed: [
          { id: 'b2', was: 'bob', name: 'alice' },
          { id: 'a1', was: 'alice', name: 'bob' },
        ],
      },
    ],
  ])('%s', (_, change, told) => {
    const changes = new PresenceChanges()
    change(changes)
    const taken = changes.take(2)
    if (told === undefined) expect(taken).toBeUndefined()
    else expect(taken).toEqual({ type: 'presence', memberCount: 2, ...told })
  })
})

test('a client that applies the changes has the list of members, after any sequence', () => {
  const id = fc.constantFrom('a', 'b', 'c')
  const act = fc.oneof(
    fc.record({ what: fc.constant('toggle' as const), id, name: fc.constantFrom('x', 'y', 'z') }),
    fc.record({ what: fc.constant('rename' as const), id, name: fc.constantFrom('x', 'y', 'z') }),
    fc.record({ what: fc.constant('take' as const), id, name: fc.constant('') }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const changes = new PresenceChanges()
      const here = new Map<string, Person>()
      const known = new Map<string, string>()
      const tell = () => {
        const message = changes.take(here.size)
        if (message === undefined) return
        const { joined, left, renamed } = message
        const ids = [...joined, ...left, ...renamed].map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        for (const { id, name } of left) {
          expect(known.get(id)).toBe(name)
          known.delete(id)
        }
        for (const { id, was, name } of renamed) {
          expect(known.get(id)).toBe(was)
          known.set(id, name)
        }
        for (const { id, name } of joined) {
          expect(known.has(id)).toBe(false)
          known.set(id, name)
        }
      }
      for (const { what, id, name } of acts) {
        const person = here.get(id)
        if (what === 'take') tell()
        else if (person === undefined) {
          if (what === 'rename') continue
          here.set(id, { id, name, via: 'tcp' })
          changes.join({ id, name, via: 'tcp' })
        } else if (what === 'toggle') {
          here.delete(id)
          changes.leave(person)
        } else {
          here.set(id, called(person, name))
          changes.rename(called(person, name), person.name)
        }
      }
      tell()
      expect(known).toEqual(new Map([...here].map(([id, { name }]) => [id, name])))
    }),
    { numRuns: 1000 },
  )
})
