import { describe, expect, it } from 'vitest'
import { addressText, readAddress, splitTarget } from '../../shared/address.ts'

describe('an address', () => {
  it.each([
    ['localhost', { host: 'localhost', port: 8080 }],
    ['localhost:9000', { host: 'localhost', port: 9000 }],
    ['10.0.0.1:1', { host: '10.0.0.1', port: 1 }],
    ['::1', { host: '::1', port: 8080 }],
    ['[::1]', { host: '::1', port: 8080 }],
    ['[fe80::1]:9000', { host: 'fe80::1', port: 9000 }],
  ])('is read from %s', (given, address) => {
    expect(readAddress(given, 8080)).toEqual(address)
  })

  it.each([
    '',
    ':80',
    'a b',
    'host:',
    'host:0',
    'host:65536',
    'host:x',
    'http://host',
    'a@b',
    '[x',
    'h:1:2x',
  ])('is not %j', (given) => {
    expect(readAddress(given, 8080)).toBeUndefined()
  })

  it('needs a port if there is no default', () => {
    expect(readAddress('localhost')).toBeUndefined()
    expect(readAddress('::1')).toBeUndefined()
    expect(readAddress('localhost:9000')).toEqual({ host: 'localhost', port: 9000 })
  })

  it('is written as it is read', () => {
    for (const text of ['localhost:9000', '[::1]:8080']) {
      expect(addressText(readAddress(text) ?? { host: '', port: 0 })).toBe(text)
    }
  })
})

describe('the target of a client', () => {
  it.each([
    ['localhost:9000', 'localhost:9000', undefined],
    ['localhost/physics', 'localhost', 'physics'],
    ['[::1]:8080/physics', '[::1]:8080', 'physics'],
    ['::1/physics', '::1', 'physics'],
    ['localhost/Room 1', 'localhost', 'Room 1'],
    ['localhost/Room%201', 'localhost', 'Room 1'],
    ['localhost/fi%CC%81sica', 'localhost', 'fi\u0301sica'],
    ['localhost/100%', 'localhost', '100%'],
    ['localhost/a/b', 'localhost', 'a/b'],
    ['localhost/', 'localhost', ''],
    ['http://host', 'http:', '/host'],
  ])('%s is an address and a room', (given, address, room) => {
    expect(splitTarget(given)).toEqual({ address, room })
  })
})
