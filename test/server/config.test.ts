import { describe, expect, it } from 'vitest'
import { environmentName, flagName, optionNames, readConfig } from '../../server/config.ts'

describe('the configuration', () => {
  it('has defaults, and cannot be changed once read', () => {
    const read = readConfig({})
    expect(read).toEqual({
      ok: true,
      config: {
        host: '127.0.0.1',
        webPort: 3000,
        tcpPort: 8080,
        data: './data',
        retain: 1_000_000,
        retainDays: 0,
        flood: { perSecond: 4, burst: 12 },
        code: undefined,
        open: false,
        trust: { networks: [], limitsLocal: false },
        addressConnections: 64,
        addressConnects: { perSecond: 2, burst: 100 },
        addressMessages: { perSecond: 20, burst: 200 },
        addressJoins: { perSecond: 1, burst: 60 },
        addressRenames: { perSecond: 0.2, burst: 20 },
        addressCodes: { perSecond: 0.2, burst: 40 },
        logLevel: 'info',
        allowHost: [],
        lobby: 'lobby',
        rooms: { type: 'open' },
        reserve: false,
        hostKey: undefined,
        readonlyDefault: false,
        relay: undefined,
        relayCode: undefined,
        relayFormat: '{name}: {text}',
      },
    })
    expect(read.ok && Object.isFrozen(read.config)).toBe(true)
  })

  it('names each option by its flag and its environment variable', () => {
    expect(optionNames.map(flagName)).toContain('--tcp-port')
    expect(optionNames.map(environmentName)).toContain('ONEROOM_TCP_PORT')
  })

  it('reports every fault at once, each with its option and the given text', () => {
    const given = { tcpPort: '99999', flood: 'fast', logLevel: 'loud', webPort: '-1' }
    const nameOf = (name: (typeof optionNames)[number]) =>
      name === 'webPort' ? environmentName(name) : flagName(name)
    expect(readConfig(given, nameOf)).toEqual({
      ok: false,
      faults: [
        'ONEROOM_WEB_PORT "-1" is not a port number from 0 to 65535.',
        '--tcp-port "99999" is not a port number from 0 to 65535.',
        '--flood "fast" is neither a rate such as 4/s:12 nor \'off\'.',
        expect.stringMatching(/^--log-level "loud" is not one of /),
      ],
    })
  })

  it.each(['localhost', ':7000', 'host:0', 'http://host:80/'])('refuses the relay %s', (relay) => {
    const faults = [`--relay "${relay}" is not of the form host:port or host:port=ROOM.`]
    expect(readConfig({ relay })).toEqual({ ok: false, faults })
  })

  it('reads the code and the trusted networks', () => {
    expect(readConfig({ code: 'Amber fox', trust: '10.0.0.0/8, ::1,none' })).toMatchObject({
      config: { code: 'Amber fox', trust: { networks: ['10.0.0.0/8', '::1'], limitsLocal: true } },
    })
    expect(readConfig({ code: 'a', trust: '10.0.0.0/33', open: 'true' })).toEqual({
      ok: false,
      faults: [
        '--code "a" must have 4 to 64 letters and digits.',
        '--trust "10.0.0.0/33" is not a list of addresses and networks such as 192.168.1.0/24.',
      ],
    })
    expect(readConfig({ code: 'amber', open: 'true' })).toEqual({
      ok: false,
      faults: ['--open lets everybody in and --code does not; give one of the two.'],
    })
  })

  it('reads the rooms, and the room of the relay', () => {
    const listed = readConfig({ rooms: 'Physics, chemistry', relay: '[::1]:7000=PHYSICS' })
    expect(listed).toMatchObject({
      config: {
        rooms: { type: 'listed', names: ['Physics', 'chemistry'] },
        relay: { address: { host: '::1', port: 7000 }, room: 'PHYSICS' },
      },
    })
    expect(readConfig({ rooms: 'off' })).toMatchObject({
      config: { rooms: { type: 'listed', names: [] } },
    })
    expect(readConfig({ rooms: 'a/b', lobby: '', relay: 'host:1=biology' })).toEqual({
      ok: false,
      faults: [
        '--lobby "" cannot be the name of a room: A name needs at least one letter, digit or emoji.',
        '--rooms "a/b" cannot be the name of a room: A name cannot contain "/".',
      ],
    })
    expect(readConfig({ rooms: 'physics', relay: 'host:1=biology' })).toEqual({
      ok: false,
      faults: ['--relay names the room biology, which --rooms does not allow.'],
    })
  })

  it.each(['{name}', '{text}\n'])('refuses the pattern %j', (relayFormat) => {
    expect(readConfig({ relayFormat }).ok).toBe(false)
  })

  it('refuses one port for both listeners, unless it is 0', () => {
    expect(readConfig({ webPort: '8080' })).toEqual({
      ok: false,
      faults: ['--web-port and --tcp-port are both 8080; each needs its own port.'],
    })
    expect(readConfig({ webPort: '0', tcpPort: '0' }).ok).toBe(true)
  })
})
