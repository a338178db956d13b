using System.Net;
using System.Text;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>Whole lives through the gateway: one fault and 2,118 patients, and a deviation of two patient groups.</summary>
[Collection(nameof(RunningSystem))]
public sealed class Patients_tests(RunningSystem system)
{
    private const string SykehusetInnlandet = "983971709", Unit = "si-elverum-hamar";
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    // A party each that no other test reports from, so that its own figures are of this test alone.
    private static readonly string[] s_reporters = [.. HealthCommunities.Party(SykehusetInnlandet)!.Community.Parties
        .Where(p => p.MunicipalityNumber is not null).OrderByDescending(p => p.MunicipalityNumber, StringComparer.Ordinal).Take(2)
        .Select(p => p.OrganizationNumber)];

    private static Submission Report => new()
    {
        ClientReference = Guid.CreateVersion7().ToString("N"),
        Kind = "incident",
        OccurredAt = $"{DateTime.UtcNow.AddDays(-2):yyyy-MM-dd}",
        Respondent = new() { OrganizationNumber = SykehusetInnlandet, Unit = Unit },
        Narrative = "Brev om ny time ble liggende i en kø og aldri sendt.",
        Category = "other",
        ActualHarm = "mild",
    };

    private async Task<IAvvikClient> AsAsync(string organization, string role, string? unit = null) =>
        AvvikClient.Connect(system.Address, await system.TokenAsync(organization, role, unit, $"patients-{role}"));

    private static Task<CaseDetails> SeenAsync(IAvvikClient client, Guid id, Func<CaseDetails, bool> isSo) => SeenAsync(() => client.GetCaseAsync(id), isSo);

    private static async Task<T> SeenAsync<T>(Func<Task<T>> read, Func<T, bool> isSo)
    {
        T? seen = default;
        await Eventually.IsTrue(async () =>
        {
            try { return isSo(seen = await read()); }
            catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.NotFound) { return false; }
        }, Soon);
        return seen!;
    }

    private static async Task<CaseDetails> ActAsync(IAvvikClient client, Guid id, string action, CaseAction? body = null) =>
        (await client.ActAsync(id, (await client.GetCaseAsync(id)).Case.Version, action, body ?? new()))!;

    [Fact]
    public async Task Life_of_2118_letters_that_were_never_sent()
    {
        var patients = SyntheticPatients.Take(2118);
        var (nurse, ours) = (await AsAsync(s_reporters[0], Roles.Reporter), await AsAsync(s_reporters[0], Roles.Coordinator));
        var (handler, theirs) = (await AsAsync(SykehusetInnlandet, Roles.Handler, Unit), await AsAsync(SykehusetInnlandet, Roles.Auditor));
        // The number is known first, then the names, as many in a call as are taken.
        var receipt = await nurse.SubmitAsync(Report with { PatientsAffected = 2118, Patients = [.. patients.Take(500)] });
        Assert.Equal((500, 2118), (receipt.PatientsGiven, receipt.PatientsAffected));
        foreach (var some in patients.Skip(500).Chunk(500)) await nurse.AddPatientsAsync(receipt.Id, new() { Patients = some });
        Assert.Equal(2118, (await nurse.AddPatientsAsync(receipt.Id, new() { Patients = [patients[^1]] })).PatientsGiven);

        // One case, which knows how many they are.
        var seen = await SeenAsync(handler, receipt.Id, c => c.PatientsGiven == 2118);
        Assert.Equal((2118, 4), (seen.Case.PatientsAffected, seen.Timeline.Count(e => e.Action == "patientsAdded")));
        Assert.Equal(2118, Assert.Single((await handler.ListCasesAsync(new() { Q = receipt.Reference })).Items).PatientsAffected);
        var (opened, cursor, openings) = (new List<Patient>(), (string?)null, 0);
        do
        {
            var page = await handler.OpenEnvelopesAsync(receipt.Id, new() { Purpose = "contactPatient" }, cursor);
            opened.AddRange(page.Items);
            (cursor, openings) = (page.NextCursor, openings + 1);
        }
        while (cursor is not null);
        Assert.Equal(9, openings);
        Assert.Equal(patients.Select(p => p.Identifier), opened.Select(p => p.Identifier));
        // Who has seen one of them: both parties' auditors are told, of that patient alone.
        var lines = (await theirs.SearchAccessLogAsync(new() { Identifier = patients[1500].Identifier })).Items;
        Assert.Equal(["1501"], lines.Where(l => l.Action == "envelopeOpened").Select(l => l.Target));

        foreach (var action in new[] { "acknowledge", "start" }) await ActAsync(handler, receipt.Id, action);
        await ActAsync(handler, receipt.Id, "answer", new()
        {
            Text = "Alle har fått nytt brev, og køen overvåkes.",
            ContributingFactors = ["itFailure"],
            Measures = [new() { Description = "Varsel når brev blir liggende", Owner = Unit, DueDate = $"{DateTime.UtcNow.AddDays(30):yyyy-MM-dd}" }],
        });
        // Counted again, the party that reported corrects the number, and then accepts the answer.
        var corrected = await ActAsync(ours, receipt.Id, "reclassify", new() { PatientsAffected = 2120, Reason = "To til er funnet." });
        Assert.Contains("→ 2\u00a0120", corrected.Timeline[^1].Text, StringComparison.Ordinal);
        await ActAsync(nurse, receipt.Id, "accept");
        var closed = await SeenAsync(() => nurse.GetDeviationAsync(receipt.Id), d => d.State == CaseStates.Closed);
        Assert.Equal((true, 2118, 2120), (closed.HasPatient, closed.PatientsGiven, closed.PatientsAffected));
        // One deviation, so many patients.
        var figures = await SeenAsync(() => ours.GetStatisticsAsync(new() { Scope = "own" }), f => f.Patients?.Affected == 2120);
        Assert.Equal(1, figures.Total.Count.Value);

        foreach (var service in new[] { "triage", "routing", "statistics", "notices" })
            Assert.False(Encoding.Latin1.GetString(await ReadAsync(Path.Combine(system.Data, "db", service + ".db")))
                .Contains(patients[0].Identifier!, StringComparison.Ordinal), service);
    }

    [Fact]
    public async Task Life_of_a_deviation_of_two_patient_groups()
    {
        var (nurse, ours) = (await AsAsync(s_reporters[1], Roles.Reporter), await AsAsync(s_reporters[1], Roles.Coordinator));
        var (handler, theirs) = (await AsAsync(SykehusetInnlandet, Roles.Handler, Unit), await AsAsync(SykehusetInnlandet, Roles.Coordinator));
        var receipt = await nurse.SubmitAsync(Report with
        {
            Narrative = "Medisinlisten fulgte ikke med da pasienten reiste hjem.",
            Category = "medication",
            PatientGroups = ["frailElderly", "maternity"],
        });
        var seen = await SeenAsync(handler, receipt.Id, _ => true);
        Assert.Equal(["frailElderly", "maternity"], seen.PatientGroups);
        // A row for each group, and one deviation in the total.
        async Task<StatisticsAnswer> ByGroupAsync(params string[] groups) => await SeenAsync(
            () => ours.GetStatisticsAsync(new() { Scope = "own", By = ["patientGroup"] }),
            f => f.Rows.Select(r => r.Dimensions!["patientGroup"].GetString()).Order(StringComparer.Ordinal).SequenceEqual(groups));
        var figures = await ByGroupAsync("frailElderly", "maternity");
        Assert.Equal([1, 1, 1], figures.Rows.Append(figures.Total).Select(r => r.Count.Value));
        // One of the groups was wrong: the figures follow.
        await ActAsync(ours, receipt.Id, "reclassify", new() { PatientGroups = ["frailElderly", "multipleChronicConditions"], Reason = "Feil gruppe." });
        figures = await ByGroupAsync("frailElderly", "multipleChronicConditions");
        Assert.Equal([1, 1, 1], figures.Rows.Append(figures.Total).Select(r => r.Count.Value));
        foreach (var action in new[] { "acknowledge", "start" }) await ActAsync(handler, receipt.Id, action);
        await ActAsync(handler, receipt.Id, "answer",
            new() { Text = "Listen sendes nå alltid med.", ContributingFactors = ["noProcedure"], NoMeasuresReason = "Rutinen var ny." });
        await ActAsync(nurse, receipt.Id, "accept");
        await SeenAsync(() => nurse.GetDeviationAsync(receipt.Id), d => d.State == CaseStates.Closed);
        // What is learnt is for both groups' fagutvalg, once both parties have said so.
        var lesson = await theirs.ProposeLessonAsync(receipt.Id, new()
        {
            Title = $"Medisinlisten {receipt.Reference}",
            WhatHappened = "Listen manglet.",
            Why = "Ny rutine.",
            WhatWeChanged = "Listen følger alltid med.",
            WhoShouldKnow = "Sengepostene.",
        });
        Assert.Equal(["frailElderly", "multipleChronicConditions"], lesson.PatientGroups);
        await ours.ApproveLessonAsync(lesson.Id, lesson.Version);
        foreach (var group in lesson.PatientGroups)
            Assert.Contains((await nurse.ListLessonsAsync(new() { PatientGroup = group, Limit = 200 })).Items, l => l.Id == lesson.Id);
        Assert.DoesNotContain((await nurse.ListLessonsAsync(new() { PatientGroup = "childrenAndYouth", Limit = 200 })).Items, l => l.Id == lesson.Id);
    }

    // Another process has it open for writing.
    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }
}
