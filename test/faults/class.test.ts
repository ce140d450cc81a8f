import { it } from 'vitest'
import { aClass } from '../support/class.ts'
import { testFolder } from '../support/folder.ts'

it('thirty programs and five pages behind one address, and their host', async () => {
  await aClass(testFolder())
})
