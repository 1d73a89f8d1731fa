// Where a broker is to be reached: what the settings say of it, and what the cluster does. What comes from the cluster is
// looked at before anybody dials it: Node throws for a port that there cannot be, and takes no host for this machine.

export interface Address {
  host: string
  port: number
}

const PORT_MAX = 65_535
/** As long as a name of the DNS can be. */
const HOST_MAX = 255

/** Undefined when it can be dialled. It says nothing of whether anybody is there. */
export function problemWithAddress({ host, port }: Address): string | undefined {
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX)
    return `a broker's port is ${port}, which is not between 1 and ${PORT_MAX}`
  if (host.trim() === '') return "a broker's host is empty"
  if (host.length > HOST_MAX || /[\s\p{Cc}]/u.test(host)) return "a broker's host is not the name of one"
  return undefined
}

export const placeOf = ({ host, port }: Address) => `${host}:${port}`

/** `host:port`, or `[::1]:port`. */
export function addressOf(text: string): Address {
  const [, bracketed, plain = '', port = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? []
  const address = { host: bracketed ?? plain, port: Number(port) }
  if (problemWithAddress(address) !== undefined) throw new TypeError(`not host:port: ${text}`)
  return address
}
