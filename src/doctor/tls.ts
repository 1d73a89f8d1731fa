// What to do about a TLS handshake that failed, by which of its faults it was. Pure.
// Source: Node, tls (X509 certificate error codes) and OpenSSL's reasons.

const FAULTS: [RegExp, (authority: string) => string][] = [
  [
    /DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|self[- ]signed certificate/i,
    authority =>
      `Its certificate is signed by itself, or by an authority that is not trusted here: name the file with that authority in ${authority}.`,
  ],
  [
    /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT|unable to (?:verify the first|get (?:local )?issuer) certificate/i,
    authority =>
      `The authority of its certificate is not known here: name the file with it in ${authority}, or let the server send the whole chain.`,
  ],
  [
    /CERT_HAS_EXPIRED|certificate has expired/i,
    () => 'Its certificate has expired: renew it. Where it has not, look at the clock of this machine.',
  ],
  [
    /CERT_NOT_YET_VALID|certificate is not yet valid/i,
    () => 'Its certificate is not valid yet: look at the clock of this machine, then at the certificate.',
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/i,
    () =>
      'Its certificate is for another name than the address that is set: set an address that the certificate names, or have it name this one.',
  ],
  [
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|wrong version number|packet length too long/i,
    () => 'It does not speak TLS at this address and port: use the port with TLS, or set it without.',
  ],
  [
    /UNSUPPORTED_PROTOCOL|ALERT_PROTOCOL_VERSION|HANDSHAKE_FAILURE|unsupported protocol|handshake failure/i,
    () => 'It has no version of TLS or no cipher in common with Node: let it speak TLS 1.2 or 1.3.',
  ],
  [
    /CERTIFICATE_REQUIRED|certificate required|BAD_CERTIFICATE/i,
    () => 'It wants a certificate of Rewind itself, or does not take the one that is set.',
  ],
]

/**
 * Null: it is no fault of TLS. @param said the system's code, or its words @param authority the setting that names the file
 * with authorities to trust
 */
export function tlsAdvice(said: string, authority: string): string | null {
  const [, advice] = FAULTS.find(([words]) => words.test(said)) ?? []
  return advice?.(authority) ?? null
}
