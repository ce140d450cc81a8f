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
        port: undefined,
        tlsCert: undefined,
        tlsKey: undefined,
        tlsOnly: false,
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
        trustProxy: [],
        publicUrl: undefined,
        publicTcp: undefined,
        allowHost: [],
        lobby: 'lobby',
        rooms: { type: 'open' },
        reserve: false,
        hostKey: undefined,
        readonlyDefault: false,
        relay: undefined,
        relayCode: undefined,
        relayFormat: '{name}: {text}',
        wire: 0,
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

  it('reads one port in place of two, and a certificate with its key', () => {
    const tls = { tlsCert: 'cert.pem', tlsKey: 'key.pem', tlsOnly: 'on' }
    expect(readConfig({ port: '443', webPort: '3000', ...tls })).toMatchObject({
      config: { port: 443, tlsCert: 'cert.pem', tlsKey: 'key.pem', tlsOnly: true },
    })
    expect(readConfig({ port: '80', webPort: '81', tcpPort: '0', tlsKey: 'key.pem' })).toEqual({
      ok: false,
      faults: [
        '--port takes the place of --web-port; give one of the two.',
        '--port takes the place of --tcp-port; give one of the two.',
        '--tls-cert and --tls-key belong together; give both.',
      ],
    })
    expect(readConfig({ tlsOnly: 'on', port: '' })).toEqual({
      ok: false,
      faults: ['--tls-only needs a certificate; give --tls-cert and --tls-key.'],
    })
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

  it('reads the proxies and the public addresses', () => {
    const given = { trustProxy: '127.0.0.1, 10.0.0.0/8', publicTcp: 'chat.example:8080' }
    expect(readConfig({ ...given, publicUrl: 'https://chat.example/room' })).toMatchObject({
      config: {
        trustProxy: ['127.0.0.1', '10.0.0.0/8'],
        publicUrl: new URL('https://chat.example/room/'),
        publicTcp: { host: 'chat.example', port: 8080 },
      },
    })
    expect(readConfig({ trustProxy: 'nginx', publicTcp: 'chat.example' })).toEqual({
      ok: false,
      faults: [
        '--trust-proxy "nginx" is not a list of addresses and networks such as 127.0.0.1.',
        '--public-tcp "chat.example" is not of the form host:port.',
      ],
    })
  })

  it.each(['chat.example', 'ftp://chat.example', 'http://a:b@c', 'http://a/?b', 'http://a/#b'])(
    'refuses the public address %s',
    (publicUrl) => {
      const faults = [
        `--public-url "${publicUrl}" is not a URL such as https://chat.example/room/.`,
      ]
      expect(readConfig({ publicUrl })).toEqual({ ok: false, faults })
    },
  )

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

  it('has no UDP without TLS if raw clients need TLS', () => {
    const given = { tlsOnly: 'yes', tlsCert: 'a.pem', tlsKey: 'b.pem' }
    expect(readConfig(given).ok).toBe(true)
    expect(readConfig({ ...given, udpPort: '8080' })).toEqual({
      ok: false,
      faults: ['--tls-only refuses clients without TLS, and UDP has none; give no --udp-port.'],
    })
  })

  it('refuses one port for both listeners, unless it is 0', () => {
    expect(readConfig({ webPort: '8080' })).toEqual({
      ok: false,
      faults: ['--web-port and --tcp-port are both 8080; each needs its own port.'],
    })
    expect(readConfig({ webPort: '0', tcpPort: '0' }).ok).toBe(true)
  })
})
