// Gets tokens and calls the API as an integrator's software would, with openid-client, oauth4webapi and jose.
//
//   node client.mjs software ISSUER GATEWAY DEVIATION    reports a deviation as a health record's own software
//   node client.mjs person ISSUER GATEWAY PERSONA        logs a person in, and reads the worklist as that person
//
// Prints what it got as one line of JSON; ends with 1 and the reason when something is not as the specifications say.
import * as client from 'openid-client'
import * as jose from 'jose'
import { readFile } from 'node:fs/promises'
import assert from 'node:assert/strict'

const [scenario, issuer, gateway, subject] = process.argv.slice(2)
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

async function call(config, dpop, token, method, path, body) {
  const headers = new Headers(body ? { 'content-type': 'application/json' } : {})
  const answer = await client.fetchProtectedResource(config, token, new URL(path, gateway), method, body, headers, { DPoP: dpop })
  return { status: answer.status, body: await answer.json() }
}

async function software() {
  const config = await register({ orgnr_parent: '970540008', scope: 'nhn:avvik/report nhn:avvik/case' })
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'))
  const tokens = await client.clientCredentialsGrant(config, { scope: 'nhn:avvik/report' }, { DPoP: dpop })
  assert.equal(tokens.token_type, 'dpop')
  assert.equal(jose.decodeJwt(tokens.access_token).cnf.jkt, await dpop.calculateThumbprint())
  const report = await call(config, dpop, tokens.access_token, 'POST', '/api/v1/deviations', await readFile(subject, 'utf8'))
  // What it did not ask for, it may not do.
  const cases = await call(config, dpop, tokens.access_token, 'GET', '/api/v1/cases').catch(error => error)
  return { report, cases: cases.status }
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
    body: new URLSearchParams({ client_id: url.searchParams.get('client_id'), request_uri: url.searchParams.get('request_uri'), persona: subject })
  })
  assert.equal(chosen.status, 302)
  const back = new URL(chosen.headers.get('location'))

  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }, undefined, { DPoP: dpop })
  await assert.rejects(client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }, undefined, { DPoP: dpop }), { error: 'invalid_grant' })
  const claims = tokens.claims()
  const worklist = await call(config, dpop, tokens.access_token, 'GET', '/api/v1/cases')
  return { sub: claims.sub, level: claims['helseid://claims/identity/security_level'], worklist }
}

try {
  console.log(JSON.stringify(await { software, person }[scenario]()))
} catch (error) {
  console.error(error, error?.cause)
  process.exit(1)
}
