/** A person, without how they are connected. */
import Type, { type Static } from 'typebox'

export const PersonName = Type.Object({ id: Type.String(), name: Type.String() })
export type PersonName = Static<typeof PersonName>
