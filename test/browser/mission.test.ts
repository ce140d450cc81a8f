import { describe } from 'vitest'
import { inOneRoom, inTwoRooms, it } from '../support/mission.ts'
import { serve } from '../support/program.ts'

describe('the mission', () => {
  it('a page, nc, the lock-step client of the report and a C-style sender are in one room', async () => {
    await inOneRoom([await serve()])
  })

  it('a page is in two rooms, nc in one, a lock-step program in the other, and telnet moves between them', async () => {
    await inTwoRooms([await serve()])
  })
})
