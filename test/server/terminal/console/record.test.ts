import { describe, expect, it } from 'vitest'
import { recordLine } from '../../../../server/terminal/console/record.ts'

function line(record: object, all = false): string | undefined {
  const common = { level: 30, time: 1, pid: 2, hostname: 'host' }
  return recordLine(`${JSON.stringify({ ...common, ...record })}\n`, all)
}

describe('a line of the log at a terminal', () => {
  it('is left out below warn, unless all lines are requested', () => {
    const left = { msg: 'left', connection: 1, reason: 'bye' }
    expect(line(left)).toBeUndefined()
    expect(line(left, true)).toBe('left connection=1 reason=bye')
  })

  it('reports faults and refused connections', () => {
    expect(line({ level: 50, msg: 'no log', err: { message: 'disk full', stack: 'x\n' } })).toBe(
      'no log err="disk full"',
    )
    expect(line({ msg: 'left', reason: 'refused: tls' })).toBe('refused reason="refused: tls"')
  })

  it('contains nothing that acts on the terminal', () => {
    expect(line({ level: 40, msg: 'a\x1b[2Jb\nc' })).toBe('a^[[2Jb^Jc')
    expect(recordLine('not JSON\x07\n', false)).toBe('not JSON^G')
  })
})
