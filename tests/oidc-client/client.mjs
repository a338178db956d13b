// Reports a deviation as a health record's own software, signs a person in who answers it, and reads the answer as the software again, as an integrator's
// software would, with openid-client, oauth4webapi and jose.
//
//   node client.mjs ISSUER GATEWAY DEVIATION PERSONA
//
// Prints what it got as one line of JSON; ends with 1 and the reason when something is not as the specifications say.
import * as client from 'openid-client'
import * as jose from 'jose'
import { readFile } from 'node:fs/promises'
import assert from 'node:assert/strict'

const [issuer, gateway, deviation, persona] = process.argv.slice(2)
const redirectUri = 'http://localhost:3999/callback'

// HelseID wants the type of an assertion said.
const asHelseId = { [client.modifyAssertion]: header => { header.typ = 'client-authentication+jwt' } }

async function register(metadata) {
  const { publicKey, privateKey } = await jose.generateKeyPair('PS256', { extractable: true })
  const jwk = { ...(await jose.exportJWK(publicKey)), alg: 'PS256', use: 'sig', kid: 'signing' }
  const answer = await fetch(`${issuer}/connect/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: 'An independent client', jwks: { keys: [jwk] }, ...metadata })
  })
  assert.equal(answer.status, 201, await answer.clone().text())
  const { client_id } = await answer.json()
  return client.discovery(new URL(issuer), client_id, undefined, client.PrivateKeyJwt({ key: privateKey, kid: 'signing' }, asHelseId), { execute: [client.allowInsecureRequests] })
}

async function call({ config, dpop, token }, method, path, body, version) {
  const headers = new Headers(body ? { 'content-type': 'application/json' } : {})
  if (version) headers.set('if-match', version)
  const answer = await client.fetchProtectedResource(config, token, new URL(path, gateway), method, body, headers, { DPoP: dpop })
  return { status: answer.status, version: answer.headers.get('etag'), body: await answer.json() }
}

async function until(what) {
  for (let i = 0; i < 400; i++) {
    const found = await what()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.fail('it did not come')
}

async function software() {
  const config = await register({ orgnr_parent: '970540008', scope: 'nhn:avvik/report nhn:avvik/case' })
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const tokens = await client.clientCredentialsGrant(config, { scope: 'nhn:avvik/report' }, { DPoP: dpop })
  assert.equal(tokens.token_type, 'dpop')
  assert.equal(jose.decodeJwt(tokens.access_token).cnf.jkt, await dpop.calculateThumbprint())
  return { config, dpop, token: tokens.access_token }
}

async function person() {
  const config = await register({ redirect_uris: [redirectUri], scope: 'openid nhn:avvik/report nhn:avvik/case' })
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const verifier = client.randomPKCECodeVerifier()
  const [state, nonce] = [client.randomState(), client.randomNonce()]
  const request = { redirect_uri: redirectUri, scope: 'openid nhn:avvik/case', code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', state, nonce }
  const url = await client.buildAuthorizationUrlWithPAR(config, request, { DPoP: dpop })
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])

  // The browser's part.
  const page = await (await fetch(url)).text()
  assert.match(page, /<html lang="nb">/)
  const chosen = await fetch(`${issuer}/connect/authorize`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ client_id: url.searchParams.get('client_id'), request_uri: url.searchParams.get('request_uri'), persona })
  })
  assert.equal(chosen.status, 302)
  const back = new URL(chosen.headers.get('location'))

  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }, undefined, { DPoP: dpop })
  await assert.rejects(client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }, undefined, { DPoP: dpop }), { error: 'invalid_grant' })
  const claims = tokens.claims()
  return { config, dpop, token: tokens.access_token, sub: claims.sub, level: claims['helseid://claims/identity/security_level'] }
}

try {
  const reporter = await software()
  const report = await call(reporter, 'POST', '/api/v1/deviations', await readFile(deviation, 'utf8'))
  const { id } = report.body
  // What it did not ask for, it may not do.
  const cases = await call(reporter, 'GET', '/api/v1/cases').catch(error => error)

  const handler = await person()
  let now = await until(async () => {
    const found = await call(handler, 'GET', `/api/v1/cases/${id}`)
    return found.status === 200 && found
  })
  const answer = { text: 'Rutinen er endret.', contributingFactors: ['capacity'], noMeasuresReason: 'Rutinen er tiltaket.' }
  for (const [action, body] of [['acknowledge', {}], ['start', {}], ['answer', answer]]) {
    now = await call(handler, 'POST', `/api/v1/cases/${id}/${action}`, JSON.stringify(body), now.version)
    assert.equal(now.status, 200, JSON.stringify(now.body))
  }
  const answered = await until(async () => {
    const { body } = await call(reporter, 'GET', `/api/v1/deviations/${id}`)
    return body.state === 'answered' && body
  })
  console.log(JSON.stringify({ report, cases: cases.status, sub: handler.sub, level: handler.level, answered }))
} catch (error) {
  console.error(error, error?.cause)
  process.exit(1)
}
