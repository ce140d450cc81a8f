/** The programs of `docs/examples` to begin with, with the address of this server in them. A chunk of its own. */
/// <reference path="./virtual.d.ts" />

import csharp from '../docs/examples/Chat.cs?raw'
import go from '../docs/examples/chat.go?raw'
import php from '../docs/examples/chat.php?raw'
import ruby from '../docs/examples/chat.rb?raw'
import bash from '../docs/examples/chat.sh?raw'
import asyncio from '../docs/examples/chat_asyncio.py?raw'
import select from '../docs/examples/chat_select.py?raw'
import client from '../docs/examples/client.py?raw'
import java from '../docs/examples/Starter.java?raw'
import server from '../docs/examples/server.py?raw'
import c from '../docs/examples/starter.c?raw'
import javascript from '../docs/examples/starter.mjs?raw'
import python from '../docs/examples/starter.py?raw'
import udp from '../docs/examples/udp.py?raw'
import once from '../docs/examples/udp_once.py?raw'
import type { Address } from './address.ts'
import { filled } from './filled.ts'

export type Starter = { language: string; file: string; source: string }

const starters: readonly Starter[] = [
  { language: 'Python', file: 'starter.py', source: python },
  { language: 'C', file: 'starter.c', source: c },
  { language: 'Java', file: 'Starter.java', source: java },
  { language: 'JavaScript', file: 'starter.mjs', source: javascript },
  { language: 'C#', file: 'Chat.cs', source: csharp },
  { language: 'Go', file: 'chat.go', source: go },
  { language: 'PHP', file: 'chat.php', source: php },
  { language: 'Ruby', file: 'chat.rb', source: ruby },
  { language: 'bash', file: 'chat.sh', source: bash },
  { language: 'select', file: 'chat_select.py', source: select },
  { language: 'asyncio', file: 'chat_asyncio.py', source: asyncio },
  { language: 'client.py', file: 'client.py', source: client },
]
const byUdp: readonly Starter[] = [
  { language: 'UDP', file: 'udp.py', source: udp },
  { language: 'UDP, JSON', file: 'udp_once.py', source: once },
]
/** A server of its own, which listens on the machine of the reader. */
const OWN: Starter = { language: 'server.py', file: 'server.py', source: server }

/** `code`: the room code; null if none is needed. */
export function startersFor({ tcp, udp }: Address, code: string | null): Starter[] {
  const at = (list: readonly Starter[], port: number): Starter[] =>
    list.map((one) => ({ ...one, source: filled(one.source, tcp.host, port, code) }))
  return [...at(starters, tcp.port), ...(udp === undefined ? [] : at(byUdp, udp)), OWN]
}
