using System.Text;
using System.Text.Json;
using Avvik.Client;
using Avvik.TextProtection;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Deviations;

/// <summary>Seals the patient's identity with keys of its own (section <c>EnvelopeProtection</c>), which no other service has.</summary>
internal sealed class PatientEnvelopes(KeyRing keys)
{
    public string Seal(Guid deviationId, Patient patient) =>
        keys.Seal(JsonSerializer.SerializeToUtf8Bytes(patient, SubmissionJson.Default.Patient), deviationId.ToByteArray());

    /// <summary>The rows of some patients of a deviation.</summary>
    /// <param name="deviationId">The deviation.</param>
    /// <param name="patients">Each once.</param>
    /// <param name="after">Number of the last envelope that the deviation has already.</param>
    public IReadOnlyList<EnvelopeRecord> SealAll(Guid deviationId, IEnumerable<Patient> patients, int after = 0) => [.. patients.Select((patient, i) =>
        new EnvelopeRecord
        {
            DeviationId = deviationId,
            Number = after + i + 1,
            Sealed = Seal(deviationId, patient),
            PatientPrint = PrintOf(patient.Identifier!),
        })];

    public Patient Open(Guid deviationId, string sealedPatient) =>
        JsonSerializer.Deserialize(keys.Open(sealedPatient, deviationId.ToByteArray()), SubmissionJson.Default.Patient)!;

    /// <summary>What an envelope that is sealed with the active key begins with.</summary>
    public string ActivePrefix => keys.ActivePrefix;

    /// <summary>The same content sealed with the active key.</summary>
    public string Reseal(Guid deviationId, string sealedPatient) => keys.Reseal(sealedPatient, deviationId.ToByteArray());

    /// <summary>Keyed fingerprint of the patient's number, by which envelopes of the same patient are found without opening them.</summary>
    public byte[] PrintOf(string identifier) => keys.Fingerprint(Encoding.UTF8.GetBytes($"patient:{identifier}"));

    /// <summary>Keyed fingerprint of the whole submission, patient included; without the key nobody can test content against it.</summary>
    public byte[] Fingerprint(Submission submission) => keys.Fingerprint(JsonSerializer.SerializeToUtf8Bytes(submission, SubmissionJson.Default.Submission));
}

internal static class PatientEnvelopeExtensions
{
    private const string Section = "EnvelopeProtection";

    public static void AddPatientEnvelopes(this IHostApplicationBuilder builder)
    {
        builder.AddKeyRingOptions(Section);
        builder.Services.AddSingleton(s => new PatientEnvelopes(new KeyRing(s.GetRequiredService<IOptionsMonitor<KeyRingOptions>>().Get(Section))));
    }
}
