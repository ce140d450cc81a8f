/** Tests the list of members, and that no two of them have names that look alike. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Roster } from '../../../server/room/roster.ts'

/** Nobody has registered a name. */
const none = { of: () => undefined }

/** A room with these people in it, whose ids are their names. */
function rosterOf(...names: string[]): Roster {
  const roster = new Roster(none, randomBytes(32))
  for (const name of names) roster.add(name, name, 'tcp')
  return roster
}

const faultOf = (roster: Roster, raw: string, id = 'new') => {
  const claim = roster.claim(raw, id)
  return claim.ok ? undefined : claim.fault
}

describe('a name', () => {
  test('that is free is returned as it will be shown', () => {
    const roster = rosterOf('alice')
    expect(roster.claim('  Bob   Builder ', 'new')).toEqual({ ok: true, name: 'Bob Builder' })
  })

  test.each(['alice', 'Alice', 'ALICE', ' alice ', 'ａｌｉｃｅ', 'alice\u3000'])(
    'of a member is taken: %j',
    (raw) => {
      const roster = rosterOf('alice')
      expect(faultOf(roster, raw)).toEqual({
        code: 'name_taken',
        suggestion: expect.stringMatching(/^\S+-2$/),
      })
    },
  )

  test.each([
    ['admin', 'аdmin'],
    ['admin', 'adrnin'],
    ['alice', 'a1ice'],
    ['alice', 'аlісе'],
    ['bob', 'b0b'],
    ['Ада', 'Aдa'],
    ['SARAH', 'ЅАRАН'],
    ['alice', 'alice.'],
    ['alice', 'alice·'],
    ['alice', 'alice\u{16fe4}'],
    ['alice', 'a lice'],
    ['a.b', 'ab'],
  ])('that looks like the name %s is rejected: %s', (name, raw) => {
    const fault = faultOf(rosterOf(name), raw)
    expect(fault?.code).toBe('name_lookalike')
    expect(fault?.message).toContain(name)
  })

  test('with an invisible character is invalid, and the suggestion is free', () => {
    expect(faultOf(rosterOf('admin'), 'ad\u200bmin')).toMatchObject({
      code: 'name_invalid',
      suggestion: 'admin-2',
    })
    expect(faultOf(rosterOf(), 'ad\u200bmin')).toMatchObject({ suggestion: 'admin' })
  })

  test.each([
    'Server',
    'server',
    'SERVER',
    'Sеrver',
    'Ѕerver',
    'S erver',
    'Server.',
    'Sérver',
    '5erver',
    '$erver',
    'Server-2',
    '5erver - ２',
    'Server 2️⃣',
    'Oneroom1',
    'System 3',
    '✓Server',
    '🔒Server',
    '1 Server',
    'S\u0345erver',
    '\ufffcServer',
  ])('of the server itself is reserved, and has no suggestion: %s', (raw) => {
    expect(faultOf(rosterOf(), raw)).toEqual({ code: 'name_taken' })
  })

  test('that is invalid, and near one of the server itself, has no suggestion', () => {
    expect(faultOf(rosterOf(), 'Ser:ver')).not.toHaveProperty('suggestion')
  })

  test('that becomes one of the server itself with a number has no suggestion', () => {
    const long = `Server${'.'.repeat(17)}x`
    expect(faultOf(rosterOf(long), long)).toEqual({ code: 'name_taken' })
  })

  test.each(['Servers', 'System D', 'Server of Bob 2'])('near those is free: %s', (raw) => {
    expect(rosterOf().claim(raw, 'new').ok).toBe(true)
  })

  test('that cannot be made valid has no suggestion', () => {
    const fault = faultOf(rosterOf(), '@@@')
    expect(fault?.code).toBe('name_invalid')
    expect(fault).not.toHaveProperty('suggestion')
  })

  test('may be written in another way by its owner', () => {
    const roster = rosterOf('alice')
    expect(roster.claim('Alice', 'alice')).toEqual({ ok: true, name: 'Alice' })
    expect(roster.claim('a1ice', 'alice')).toEqual({ ok: true, name: 'a1ice' })
    expect(roster.claim('alice', 'alice')).toEqual({ ok: true, name: 'alice' })
  })

  test('is free again after its owner has left or taken another', () => {
    const roster = rosterOf('alice')
    roster.add('1', 'bob', 'tcp')
    roster.remove('alice')
    roster.rename('1', 'robert')
    expect(roster.claim('alice', 'new').ok).toBe(true)
    expect(roster.claim('bob', 'new').ok).toBe(true)
    expect(faultOf(roster, 'Robert')?.code).toBe('name_taken')
  })

  test('cannot be the id of another person, by which clients can name them', () => {
    const roster = new Roster(none, randomBytes(32))
    roster.add('S8DemX3Q2g', 'alice', 'web')
    expect(faultOf(roster, 'S8DemX3Q2g')?.code).toBe('name_taken')
    expect(roster.claim('S8DemX3Q2g', 'S8DemX3Q2g').ok).toBe(true)
  })

  test('stays taken after its owner has written it in another way', () => {
    const roster = rosterOf('alice')
    roster.rename('alice', 'ALICE')
    expect(faultOf(roster, 'alice')?.code).toBe('name_taken')
    roster.remove('alice')
    expect(roster.claim('alice', 'new').ok).toBe(true)
  })
})

describe('a suggestion', () => {
  test('is the next number that is free', () => {
    expect(faultOf(rosterOf('alice'), 'alice')?.suggestion).toBe('alice-2')
    expect(faultOf(rosterOf('alice', 'alice-2', 'alice-3'), 'alice')?.suggestion).toBe('alice-4')
    expect(faultOf(rosterOf('alice', 'alice-2'), 'alice-2')?.suggestion).toBe('alice-3')
  })

  test('can be claimed in any room', () => {
    const raw = fc.oneof(
      fc.constantFrom(
        'alice',
        'Alice',
        'аlice',
        'a1ice',
        'alice-2',
        'guest',
        '@guest',
        'ad\u200bmin',
      ),
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc.constant('😀'.repeat(24)),
    )
    fc.assert(
      fc.property(fc.array(raw, { maxLength: 12 }), raw, (here, raw) => {
        const roster = new Roster(none, randomBytes(32))
        for (const [at, name] of here.entries()) {
          const claim = roster.claim(name, `${at}`)
          const given = claim.ok ? claim.name : claim.fault.suggestion
          if (given !== undefined) roster.add(`${at}`, given, 'tcp')
        }
        const suggestion = faultOf(roster, raw)?.suggestion
        if (suggestion === undefined) return
        expect(roster.claim(suggestion, 'new')).toEqual({ ok: true, name: suggestion })
      }),
    )
  })
})

describe('a guest', () => {
  test('gets the next number whose name is free', () => {
    const roster = rosterOf('guest-2', 'Guest-l0')
    const given = Array.from({ length: 10 }, () => roster.guestName())
    expect(given).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 11, 12].map((number) => `guest-${number}`))
  })

  test('does not get the number of a guest who left', () => {
    const roster = new Roster(none, randomBytes(32))
    const name = roster.guestName()
    roster.add('a', name, 'tcp')
    roster.remove('a')
    expect(roster.guestName()).toBe('guest-2')
  })
})

describe('a person', () => {
  test('is found by the name in any case, not by a name that looks like it', () => {
    const roster = rosterOf('alice', 'Bob B')
    expect(roster.named('ALICE')?.id).toBe('alice')
    expect(roster.named('bob b')?.id).toBe('Bob B')
    for (const name of ['a1ice', 'bobb', 'zoe', '']) expect(roster.named(name)).toBeUndefined()
  })

  test('has a new object after a rename, so that earlier events keep the old name', () => {
    const roster = rosterOf('alice')
    const before = roster.get('alice')
    roster.rename('alice', 'zoe')
    expect(before).toEqual({ id: 'alice', name: 'alice', via: 'tcp' })
    expect(roster.get('alice')).toEqual({ id: 'alice', name: 'zoe', via: 'tcp' })
  })

  test('does not change for a person who is not a member', () => {
    const roster = rosterOf('alice')
    roster.rename('bob', 'robert')
    roster.remove('bob')
    expect(roster.get('bob')).toBeUndefined()
    expect(roster.size).toBe(1)
    expect(roster.claim('robert', 'new').ok).toBe(true)
  })
})
