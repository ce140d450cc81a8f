/** Tests that a token proves its person's identity, and that nobody can make one. */
import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  holdsToken,
  idOfName,
  newPersonId,
  personOf,
  tokenFor,
} from '../../../server/room/token.ts'
import { anyCharacter } from '../../support/characters.ts'

const secret = Buffer.alloc(32, 7)

test('a new person’s id is unique, and has 10 characters of base64url', () => {
  const ids = Array.from({ length: 1000 }, newPersonId)
  expect(new Set(ids).size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^[\w-]{10}$/)
})

describe('a token', () => {
  test('proves the person that it was made for', () => {
    const id = newPersonId()
    const token = tokenFor(id, secret)
    expect(token).toMatch(/^[\w-]{10}\.[\w-]{11}$/)
    expect(personOf(token, secret)).toBe(id)
  })

  test('is always the same for one person and secret, and different for others', () => {
    expect(tokenFor('a', secret)).toBe(tokenFor('a', Buffer.from(secret)))
    expect(tokenFor('a', secret)).not.toBe(tokenFor('b', secret))
    expect(tokenFor('a', secret).slice(2)).not.toBe(tokenFor('b', secret).slice(2))
  })

  test('of another log is refused', () => {
    const foreign = tokenFor(newPersonId(), randomBytes(32))
    expect(personOf(foreign, secret)).toBeUndefined()
  })

  test('with the mark of another person is refused', () => {
    const [, mark] = tokenFor('mallory', secret).split('.')
    expect(personOf(`alice.${mark}`, secret)).toBeUndefined()
  })

  test.each(['', '.', 'a', 'a.', '.a', '..', 'alice.AAAAAAAAAAAAAAAAAAAAAA', '\ud800.é', '😀'])(
    'of another form is refused: %j',
    (token) => {
      expect(personOf(token, secret)).toBeUndefined()
    },
  )

  const token = tokenFor('abcdefghijkl', secret)

  test('that is cut anywhere is refused', () => {
    for (let length = 0; length < token.length; length += 1) {
      expect(personOf(token.slice(0, length), secret)).toBeUndefined()
      expect(personOf(token.slice(length + 1), secret)).toBeUndefined()
    }
  })

  test('with one changed or additional character is refused', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.é'
    for (let at = 0; at <= token.length; at += 1) {
      for (const letter of letters) {
        const changed = token.slice(0, at) + letter + token.slice(at + 1)
        if (changed !== token) expect(personOf(changed, secret)).toBeUndefined()
        const longer = token.slice(0, at) + letter + token.slice(at)
        expect(personOf(longer, secret)).toBeUndefined()
      }
    }
  })

  test('of random text is refused without an exception', () => {
    const made = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 256 }),
      fc
        .tuple(fc.base64String({ maxLength: 16 }), fc.uint8Array({ minLength: 16, maxLength: 16 }))
        .map(([id, mark]) => `${id}.${Buffer.from(mark).toString('base64url')}`),
    )
    fc.assert(
      fc.property(made, (token) => {
        expect(personOf(token, secret)).toBeUndefined()
      }),
    )
  })
})

/** The token for an id that anyone with the secret can make. */
function tokenBy(key: Uint8Array, id: string): string {
  const mac = createHmac('sha256', key).update(id).digest().subarray(0, 8)
  return `${id}.${mac.toString('base64url')}`
}

const derived = (purpose: string) =>
  new Uint8Array(hkdfSync('sha256', secret, '', `oneroom ${purpose}`, 32))

describe('the identity of the server itself', () => {
  test.each(['server', 'relay'])('cannot be proved by a token made from the secret: %s', (id) => {
    expect(personOf(tokenBy(derived('token'), 'alice'), secret)).toBe('alice')
    for (const key of [derived('token'), derived('name'), secret]) {
      expect(personOf(tokenBy(key, id), secret)).toBeUndefined()
    }
  })

  test.each(['server', 'relay'])('is proved by no token: %s', (id) => {
    expect(personOf(tokenFor(id, secret), secret)).toBeUndefined()
  })
})

describe('the id of a name', () => {
  test('is always the same for one name and secret, and different for others', () => {
    expect(idOfName('Alice', secret)).toBe(idOfName('alice', secret))
    expect(idOfName('alice', secret)).toMatch(/^[\w-]{10}$/)
    expect(idOfName('alice', secret)).not.toBe(idOfName('bob', secret))
    expect(idOfName('alice', secret)).not.toBe(idOfName('alice', randomBytes(32)))
  })

  test('reveals nothing of a token', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 24 }), (name) => {
        const id = Buffer.from(idOfName(name, secret), 'base64url')
        for (const person of [name, `name ${name}`]) {
          const mac = tokenFor(person, secret).slice(person.length + 1)
          expect(Buffer.from(mac, 'base64url').subarray(0, 7)).not.toEqual(id)
        }
      }),
    )
  })
})

test('a valid token is found in a text, and a changed one is not', () => {
  const token = tokenFor(newPersonId(), secret)
  expect(holdsToken(`/resume ${token}`, secret)).toBe(true)
  expect(holdsToken(`my code is (${token}).`, secret)).toBe(true)
  expect(holdsToken(`1234567890.X${token}`, secret)).toBe(true)
  expect(holdsToken(token.toLowerCase().replace('.', ' '), secret)).toBe(false)
  expect(holdsToken('abcdefghij.abcdefghijk', secret)).toBe(false)
})
