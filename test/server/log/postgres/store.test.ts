/** The PostgreSQL store: the contract. */
import { describe } from 'vitest'
import { postgresStore } from '../../../../server/log/postgres/store.ts'
import { storeContract } from '../../../contract/store.ts'
import { testPostgres } from '../../../support/postgres.ts'

const server = await testPostgres()
const onLost = (error: Error): never => {
  throw error
}

describe.skipIf(server === undefined)('with PostgreSQL', () => {
  storeContract('postgresStore', () =>
    postgresStore({ url: server?.url() ?? '', retain: 0, retainDays: 0 }, onLost),
  )
})
