/** Tests which names are valid, which are the same, and which look alike. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldName } from '../../shared/fold.ts'
import { checkName, nameSkeleton, nearestName, suggestName } from '../../shared/names.ts'
import { sanitise, utf8Length } from '../../shared/text.ts'
import { anyCharacter } from '../support/characters.ts'

const segmenter = new Intl.Segmenter('en')

const objection = (raw: string) => {
  const checked = checkName(raw)
  return checked.ok ? undefined : checked.fault.message
}

const anything = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('a', 'I', '1', 'Σ', 'İ', 'ﷺ', 'ᄀ', ' ', '\u00a0', '¨', '\u0301', '\ufe0f'),
        fc.constantFrom('<', '*', '＠', '\u200b', '\u200d', '\ud800', '\u{e0101}', '\u2800', '-2'),
        fc.string({ unit: 'grapheme', maxLength: 2 }),
      ),
    )
    .map((parts) => parts.join('')),
)

describe('checkName', () => {
  test.each([
    ['alice', 'alice'],
    ['  Ada   Lovelace ', 'Ada Lovelace'],
    ['a\u00a0\u3000\u1680\u2800b', 'a b'],
    ['ａｌｉｃｅ', 'alice'],
    ['e\u0301va', 'éva'],
    ['4ever', '4ever'],
    ['❤️', '❤️'],
    ['👍🏽', '👍🏽'],
    ['महेश', 'महेश'],
    ['דוד', 'דוד'],
    ['علی', 'علی'],
    ['रामः', 'रामः'],
    ['ノア', 'ノア'],
    ['ᐸᐅᓗᓯ', 'ᐸᐅᓗᓯ'],
    ['Anna-Lena', 'Anna-Lena'],
    ['O’Brien', 'O’Brien'],
    ['client', 'client'],
    ['ab'.repeat(12), 'ab'.repeat(12)],
    ['🇮🇸'.repeat(12), '🇮🇸'.repeat(12)],
  ])('takes %j as %j', (raw, name) => {
    expect(checkName(raw)).toEqual({ ok: true, name })
  })

  const unseen = (hex: string) => `A name cannot contain the invisible character ${hex}.`
  const tooLong = 'A name can have at most 24 characters and 96 bytes.'
  const empty = 'A name needs at least one letter, digit or emoji.'
  test.each([
    ['', empty],
    [' \u00a0\u2800', empty],
    ['\u0301', 'A combining mark in a name must follow a letter.'],
    ['\ufe0f', 'A combining mark in a name must follow a letter.'],
    ['a \u0301', 'A combining mark in a name must follow a letter.'],
    [`a${'\u0335'.repeat(5)}`, 'A letter in a name can have at most 4 combining marks.'],
    ['12 34', 'A name cannot consist of digits only.'],
    ['١٢', 'A name cannot consist of digits only.'],
    ['ad\u200bmin', unseen('U+200B')],
    ['a\u200db', unseen('U+200D')],
    ['a\u202eb', unseen('U+202E')],
    ['a\x1bb', unseen('U+001B')],
    ['a\nb', unseen('U+000A')],
    ['a\u2028b', unseen('U+2028')],
    ['a\u3164b', unseen('U+1160')],
    ['a\ue000b', unseen('U+E000')],
    ['a\u0378b', unseen('U+0378')],
    ['a\ud800b', unseen('U+D800')],
    ['a\u{e0101}b', unseen('U+E0101')],
    ['a＠b', 'A name cannot contain "@".'],
    ...['...', '—', '·', '%', 'ʼ', '^_^', '=='].map((raw): [string, string] => [raw, empty]),
    ['x'.repeat(25), tooLong],
    ['🇮🇸'.repeat(13), tooLong],
    ['ᄀ'.repeat(33), tooLong],
    [`x${' '.repeat(256)}`, tooLong],
  ])('refuses %j: %s', (raw, message) => {
    expect(checkName(raw)).toEqual({ ok: false, fault: { code: 'name_invalid', message } })
  })

  test.each(Array.from('<>[]:,@#/*!'))('refuses %s anywhere in a name', (char) => {
    for (const raw of [char, `${char}a`, `a${char}a`, `a${char}`]) {
      expect(objection(raw)).toBe(`A name cannot contain "${char}".`)
    }
  })

  const alike = [...'꞉∶ːˑ˸⁚։׃܃፡᠄꛴៖꧇〈⟩⦂ꓽ∗⁎٭✱‹›❯ǃ❗']
  test.each(alike)('refuses %s, which looks like a separator, anywhere in a name', (char) => {
    for (const raw of [`${char}a`, `a${char} b`, `a${char}`]) {
      expect(objection(raw)).toBe(`A name cannot contain "${char}", which looks like a separator.`)
      expect(nearestName(raw)).not.toContain(char)
    }
  })

  test.each(['→', '⇒', '⟶', '➜', '►', '-ᐳ', '- ᐳ', '–≻', '−⋗'])(
    'refuses %s, which looks like the arrow of a direct message',
    (arrow) => {
      for (const raw of [`bob ${arrow} ann`, `bob${arrow}ann`]) {
        expect(objection(raw)).toBe(
          `A name cannot contain "${arrow}", which looks like a separator.`,
        )
        expect(nearestName(raw)).not.toContain(arrow)
      }
    },
  )

  test.each(['aः', 'राम ः', 'रामः hello', 'aး'])(
    'refuses a visarga that reads as a colon: %s',
    (raw) => {
      expect(objection(raw)).toMatch(/, which looks like a separator\.$/)
    },
  )

  test('gives names that it and sanitise leave alone, of 1 to 24 characters', () => {
    const check = (raw: string) => {
      const checked = checkName(raw)
      if (!checked.ok) return false
      const { name } = checked
      expect(checkName(name)).toEqual(checked)
      expect(sanitise(name)).toBe(name)
      expect(name).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u)
      expect(nameSkeleton(name)).not.toBe('')
      expect(utf8Length(name)).toBeLessThanOrEqual(96)
      const length = [...segmenter.segment(name)].length
      expect(length).toBeGreaterThan(0)
      expect(length).toBeLessThanOrEqual(24)
      return true
    }
    fc.assert(
      fc.property(anything, (raw) => void check(raw)),
      { numRuns: 2000 },
    )
    let taken = 0
    for (let point = 0; point <= 0x10ffff; point += point < 0x3000 ? 1 : 13) {
      if (check(String.fromCodePoint(point))) taken++
    }
    expect(taken).toBeGreaterThan(10_000)
  })
})

describe('the same name', () => {
  test.each([
    ['Admin', 'admin'],
    ['ÉVA', 'e\u0301va'],
    ['ＡＤＭＩＮ', 'admin'],
    ['ΟΔΟΣ', 'οδοσ'],
    ['οδος', 'οδοσ'],
    ['J\u030c', 'ǰ'],
  ])('is %s and %s', (one, other) => {
    expect(foldName(one)).toBe(foldName(other))
  })

  test('is not another name that only looks alike', () => {
    expect(foldName('аdmin')).not.toBe(foldName('admin'))
  })
})

describe('look-alikes', () => {
  test.each([
    ['аdmin', 'admin'],
    ['АDMIN', 'admin'],
    ['Вob', 'bob'],
    ['Тom', 'Tom'],
    ['Oliνer', 'oliver'],
    ['Pӓul', 'Päul'],
    ['AIice', 'Alice'],
    ['A1ice', 'alice'],
    ['A|ice', 'alice'],
    ['b0b', 'BOB'],
    ['com', 'corn'],
    ['COM', 'corn'],
    ['ad\ufe0fmin', 'admin'],
    ['Вася', 'вася'],
    ['Νίκος', 'νίκος'],
    ['éva', 'eva'],
    ['S erver', 'Server'],
    ['Server.', 'Server'],
    ['Sérver', 'Server'],
    ['5erver', 'Server'],
    ['$erver', 'Server'],
    ['S3rver', 'Server'],
    ['alice.', 'alice'],
    ['alice·', 'alice'],
    ['alice\u{16fe4}', 'alice'],
    ['_al-ice~', 'alice'],
    ['aliceʼ', 'alice'],
    ['alice—', 'alice'],
    ['alice %', 'alice'],
    ['aliceा', 'alice'],
    ['عليـ', 'علي'],
    ['Łøré', 'Lore'],
  ])('are %s and %s', (one, other) => {
    expect(nameSkeleton(one)).toBe(nameSkeleton(other))
  })

  test.each([
    ['alice', 'alicia'],
    ['bob-2', 'bob-3'],
    ['guest-1', 'guest-11'],
    ['alice', 'alice😀'],
    ['राम', 'रमा'],
    ['かずま', 'がずま'],
    ['サーバー', 'サバ'],
    ['کاربر۱', 'کاربر۱۰'],
    ['vera', 'nera'],
    ['李', '王'],
  ])('are not %s and %s', (one, other) => {
    expect(nameSkeleton(one)).not.toBe(nameSkeleton(other))
  })

  test('are found by keys that are their own keys, and one name in two cases has one', () => {
    const wrong: string[] = []
    const check = (name: string) => {
      const fold = foldName(name)
      const skeleton = nameSkeleton(name)
      if (foldName(fold) !== fold) wrong.push(name)
      if (nameSkeleton(skeleton) !== skeleton || nameSkeleton(fold) !== skeleton) wrong.push(name)
    }
    for (let point = 0; point <= 0x1ffff; point++) {
      const char = String.fromCodePoint(point)
      // Ideographs and syllables have no case and are in no table but as themselves.
      if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char) && !/[\p{sc=Han}가-힣]/u.test(char)) check(char)
    }
    fc.assert(fc.property(anything, check))
    expect(wrong).toEqual([])
  })

  test.each(['аdmin', 'Admin ', 'ad\u200bmin', ' ADMIN', 'adm\u0456n', 'ａdmin'])(
    'leave %j no free name beside admin',
    (raw) => {
      const checked = checkName(raw)
      if (checked.ok) expect(nameSkeleton(checked.name)).toBe(nameSkeleton('admin'))
      expect(checked.ok).toBe(!raw.includes('\u200b'))
    },
  )
})

describe('nearestName', () => {
  test.each([
    ['alice<>', 'alice'],
    ['ad\u200bmin', 'admin'],
    ['@bob', 'bob'],
    ['\u0301eve', 'eve'],
    ['a < b', 'a b'],
    [`< >${'x'.repeat(24)}`, 'x'.repeat(24)],
    ['e<\u0301', 'é'],
    [`${'x'.repeat(23)} yz`, 'x'.repeat(23)],
    ['***', undefined],
    ['123', undefined],
    ['', undefined],
  ])('makes of %j %j', (raw, name) => {
    expect(nearestName(raw)).toBe(name)
  })

  test('leaves a valid name alone, and gives none that is not valid', () => {
    fc.assert(
      fc.property(anything, (raw) => {
        const checked = checkName(raw)
        const nearest = nearestName(raw)
        if (checked.ok) expect(nearest).toBe(checked.name)
        else if (nearest !== undefined)
          expect(checkName(nearest)).toEqual({ ok: true, name: nearest })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('suggestName', () => {
  const free = () => true
  const not =
    (...taken: string[]) =>
    (candidate: string) =>
      !taken.includes(candidate)

  test('counts from 2 to the first that is free', () => {
    expect(suggestName('alice', free)).toBe('alice-2')
    expect(suggestName('alice', not('alice-2', 'alice-3'))).toBe('alice-4')
  })

  test('goes on from a name that has a number', () => {
    expect(suggestName('alice-2', not('alice-2'))).toBe('alice-3')
    expect(suggestName('bob-1984', free)).toBe('bob-1984-2')
    expect(suggestName('-5', free)).toBe('-5-2')
  })

  test('makes room for the number without splitting a character', () => {
    expect(suggestName('x'.repeat(24), free)).toBe(`${'x'.repeat(22)}-2`)
    expect(suggestName('🇮🇸'.repeat(12), free)).toBe(`${'🇮🇸'.repeat(11)}-2`)
    expect(suggestName(`${'x'.repeat(21)} yz`, free)).toBe(`${'x'.repeat(21)}-2`)
  })

  test('repairs an invalid name, and numbers the repaired one when that is taken', () => {
    expect(suggestName('alice<>', free)).toBe('alice')
    expect(suggestName('alice<>', not('alice'))).toBe('alice-2')
  })

  test('uses guest if no valid character is left', () => {
    expect(suggestName('***', free)).toBe('guest-2')
    expect(suggestName('ᄀ'.repeat(32), free)).toBe('guest-2')
  })

  test('asks at most 108 times, and after 99 takes numbers that a crowd does not share', () => {
    const asked: string[] = []
    const last = suggestName('alice', (candidate) => {
      asked.push(candidate)
      return false
    })
    expect(asked).toHaveLength(108)
    expect(asked[97]).toBe('alice-99')
    expect(asked[98]).toMatch(/^alice-\d{6}$/)
    expect(last).toBe(asked[107])
  })

  test('only ever offers valid names, and ones that are free', () => {
    fc.assert(
      fc.property(anything, fc.nat(105), (raw, refusals) => {
        let asked = 0
        const name = suggestName(raw, () => ++asked > refusals)
        expect(checkName(name)).toEqual({ ok: true, name })
        expect(asked).toBe(refusals + 1)
      }),
    )
  })
})
