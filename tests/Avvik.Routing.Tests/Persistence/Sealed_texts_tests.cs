using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Data.Sqlite;

namespace Avvik.Routing.Tests.Persistence;

/// <summary>What people write is sealed where it is stored, and is found all the same.</summary>
public sealed class Sealed_texts_tests
{
    private const string Hidden = "kvasteved";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Database_holds_no_word_that_somebody_wrote(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = await LivedAsync(service);

        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var read = await coordinator.GetCaseAsync(id);
        Assert.Equal(($"Narrative {Hidden}.", $"Answer {Hidden}.", $"Measure {Hidden}", $"Decision {Hidden}."),
            (read.Narrative, read.Answer!.Text, read.Answer.Measures[0].Description, read.Closings[0].Decision));
        Assert.Equal(id, Assert.Single((await coordinator.ListCasesAsync(new() { Q = Hidden[..5] })).Items).Id);
        Assert.Single((await coordinator.ListLessonsAsync(new() { Q = Hidden[..5] })).Items);

        Assert.DoesNotContain(Hidden, await database.DumpAsync(), StringComparison.OrdinalIgnoreCase);
        // The files too: a free page keeps what was in it.
        if (provider == DatabaseProvider.Sqlite)
            foreach (var file in Files(database))
                Assert.Equal(-1, (await File.ReadAllBytesAsync(file)).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Hidden)));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Texts_are_resealed_with_a_new_key_and_a_lost_one_shows_as_unreadable(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Guid id;
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using (var service = new ServiceUnderTest<Program>(database, clock)) id = await LivedAsync(service);
        var (first, second) = (TestKeys.Of("TextProtection"), TestKeys.Of("another"));
        (string, string)[] Rotated(string old) => [("TextProtection:Keys:k2", second), ("TextProtection:Keys:k1", old), ("TextProtection:ActiveKey", "k2"),
            ("TextProtection:PrintKey", first)];
        await using (var rotated = new ServiceUnderTest<Program>(database, clock, Rotated(first)))
        {
            _ = rotated.Server;
            await Eventually.IsTrue(async () => !(await database.DumpAsync("cases") + await database.DumpAsync("case_events")
                + await database.DumpAsync("measures") + await database.DumpAsync("lessons") + await database.DumpAsync("reporter_messages"))
                .Contains("k1.", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        }
        // With other bytes under the old key's name, nothing opens that the old one sealed; and the words' tokens stay, since their key does.
        await using (var retired = new ServiceUnderTest<Program>(database, clock, Rotated(second)))
        {
            var coordinator = retired.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
            Assert.Equal($"Narrative {Hidden}.", (await coordinator.GetCaseAsync(id)).Narrative);
            Assert.Single((await coordinator.ListCasesAsync(new() { Q = Hidden })).Items);
        }
        await using var lost = new ServiceUnderTest<Program>(database, clock);
        var unreadable = await lost.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).GetCaseAsync(id);
        Assert.Equal(Texts.Message("unreadableText"), unreadable.Narrative);
        Assert.Single((await lost.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).ListCasesAsync(new() { State = CaseStates.Closed })).Items);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Texts_from_before_they_were_sealed_are_sealed_and_found(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Guid id;
        var clock = new MovableClock(Given.ReceivedAt.AddHours(1));
        await using (var service = new ServiceUnderTest<Program>(database, clock)) id = await LivedAsync(service);
        await database.ExecuteAsync("update cases set narrative = 'Kråkefot. I klartekst', is_indexed = "
            + (provider == DatabaseProvider.Sqlite ? "0" : "false, words = null"));
        await database.ExecuteAsync("update case_events set text = 'Også i klartekst. Ja' where text is not null");
        if (provider == DatabaseProvider.Sqlite) await database.ExecuteAsync("delete from case_search where rowid > 0");
        await using var after = new ServiceUnderTest<Program>(database, clock);
        var coordinator = after.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        Assert.Equal("Kråkefot. I klartekst", (await coordinator.GetCaseAsync(id)).Narrative);
        await Eventually.IsTrue(async () => !(await database.DumpAsync("cases") + await database.DumpAsync("case_events"))
            .Contains("klartekst", StringComparison.Ordinal)
            && (await coordinator.ListCasesAsync(new() { Q = "kråkef" })).Items.Count == 1, TimeSpan.FromSeconds(60));
        Assert.Contains((await coordinator.GetCaseAsync(id)).Timeline, e => e.Text == "Også i klartekst. Ja");
    }

    /// <summary>A case with every text that there is, closed, with an approved lesson.</summary>
    private static async Task<Guid> LivedAsync(ServiceUnderTest<Program> service)
    {
        var triaged = service.Triaged(narrative: $"Narrative {Hidden}.") with
        {
            ImmediateAction = service.Protect($"Action {Hidden}."),
            SuggestedMeasure = service.Protect($"Suggestion {Hidden}."),
            ReporterProfession = service.Protect($"Profession {Hidden}"),
            MessageId = service.Protect($"message {Hidden}"),
            UnknownSite = service.Protect($"Site {Hidden}"),
            Comment = service.Protect($"Comment {Hidden}."),
        };
        var id = (await service.ReceivedAsync(triaged)).DeviationId;
        var trust = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var municipality = service.ClientAs(Given.Hamar, Roles.Coordinator);
        foreach (var action in new[] { "acknowledge", "start" }) await trust.ActNowAsync(id, action);
        await trust.ActNowAsync(id, "ask", new() { Question = $"Question {Hidden}?" });
        await service.ReceiveAsync(new ReporterAnswered
        {
            DeviationId = id,
            Version = 1,
            OccurredAt = Given.ReceivedAt.AddHours(1),
            Organization = Given.Hamar,
            Text = service.Protect($"Message {Hidden}."),
        });
        await trust.ActNowAsync(id, "answer", new()
        {
            Text = $"Answer {Hidden}.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = $"Measure {Hidden}", Owner = $"Owner {Hidden}", DueDate = "2026-10-01" }],
        });
        await municipality.ActNowAsync(id, "record-patient-information", new()
        {
            PatientInformation = new() { Informed = "informed", Who = "patient", By = $"Function {Hidden}", On = "2026-08-20", View = $"View {Hidden}." },
        });
        await municipality.ActNowAsync(id, "dispute", new() { Reason = $"Reason {Hidden}." });
        await trust.ActNowAsync(id, "escalate", new() { Reason = $"Escalation {Hidden}." });
        await trust.ActNowAsync(id, "close", new() { Decision = $"Decision {Hidden}." });
        var lesson = await trust.ProposeLessonAsync(id, new()
        {
            Title = $"Title {Hidden}",
            WhatHappened = $"What {Hidden}.",
            Why = $"Why {Hidden}.",
            WhatWeChanged = $"Change {Hidden}.",
            WhoShouldKnow = $"Who {Hidden}.",
        });
        await municipality.ApproveLessonAsync(lesson.Id, lesson.Version);
        return id;
    }

    private static IEnumerable<string> Files(TestDatabase database)
    {
        var file = new SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
        return new[] { file, file + "-wal" }.Where(File.Exists);
    }
}
