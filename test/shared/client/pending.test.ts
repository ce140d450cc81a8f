import { describe, expect, it } from 'vitest'
import {
  expire,
  IN_FLIGHT,
  markSent,
  nextToSend,
  type Pending,
  retry,
  sayOf,
  unmarkSent,
  withFault,
  without,
  written,
} from '../../../shared/client/pending.ts'

function waiting(...ids: string[]): Pending[] {
  return written(
    ids.map((id) => ({ id, text: id, action: false })),
    0,
  )
}

const idsOf = (pending: readonly Pending[]) => pending.map(({ id }) => id)

describe('pending messages', () => {
  it('are sent once and in order', () => {
    const sent = markSent(waiting('x', 'y', 'z'), ['x'], 1)
    expect(idsOf(nextToSend(sent))).toEqual(['y', 'z'])
    expect(idsOf(nextToSend(unmarkSent(sent)))).toEqual(['x', 'y', 'z'])
  })

  it('are at most 64 in flight, and rejected ones do not count', () => {
    const ids = Array.from({ length: 100 }, (_, at) => `${at}`)
    const first = nextToSend(waiting(...ids))
    expect(idsOf(first)).toEqual(ids.slice(0, IN_FLIGHT))
    const sent = markSent(waiting(...ids), idsOf(first), 1)
    expect(nextToSend(sent)).toEqual([])
    expect(idsOf(nextToSend(sent.slice(10)))).toEqual(ids.slice(IN_FLIGHT, IN_FLIGHT + 10))
    const rejected = withFault(sent, ids.slice(0, 3), { kind: 'refused', code: 'c', text: 't' })
    expect(nextToSend(rejected)).toHaveLength(3)
  })

  it('are silent after ten seconds without any acknowledgement', () => {
    const sent = markSent(waiting('x', 'y'), ['x'], 1_000)
    expect(expire(sent, 0, 10_999)).toBe(sent)
    expect(expire(sent, 5_000, 14_999)).toBe(sent)
    const late = expire(sent, 5_000, 15_000)
    expect(late.map(({ fault }) => fault?.kind)).toEqual(['silent', undefined])
    expect(idsOf(nextToSend(unmarkSent(late)))).toEqual(['x', 'y'])
  })

  it('that were rejected wait for a retry, which comes after the others', () => {
    const rejected = withFault(waiting('x', 'y'), ['x'], { kind: 'left' })
    expect(idsOf(nextToSend(rejected))).toEqual(['y'])
    expect(idsOf(nextToSend(retry(rejected, 'x')))).toEqual(['y', 'x'])
    expect(retry(rejected, 'unknown')).toBe(rejected)
    expect(idsOf(without(rejected, 'x'))).toEqual(['y'])
  })

  it('say whether they are actions, and of which room they are', () => {
    expect(sayOf({ id: 'x', text: 't', action: false })).toEqual({
      type: 'say',
      id: 'x',
      text: 't',
    })
    expect(sayOf({ id: 'x', text: 't', action: true })).toMatchObject({ action: true })
    expect(sayOf({ id: 'x', text: 't', action: false, room: 'maths' })).toMatchObject({
      room: 'maths',
    })
  })
})
