using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Routing.Tests.RedactTexts;

/// <summary>What a coordinator strikes leaves every store, copy and index, whatever order the events come in.</summary>
public sealed class Redact_texts_tests
{
    private const string Word = "kvasteved";

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static TextRedacted Redacted(ServiceUnderTest<Program> service, Guid id, string passage, int number = 1)
    {
        var texts = service.Services.GetRequiredService<TextProtector>();
        var print = texts.PassageOf(passage)!;
        return new()
        {
            DeviationId = id,
            Version = number,
            OccurredAt = Given.ReceivedAt.AddHours(2),
            Organization = Given.Hamar,
            Words = print.Words,
            Print = print.Print,
            Reason = texts.Protect("Teksten hadde et navn."),
        };
    }

    private static ReporterAnswered Wrote(ServiceUnderTest<Program> service, Guid id, string text) => new()
    {
        DeviationId = id,
        Version = 1,
        OccurredAt = Given.ReceivedAt.AddHours(1),
        Organization = Given.Hamar,
        Text = service.Protect(text),
    };

    private static string Reveal(ServiceUnderTest<Program> service, string sealedText)
    {
        try { return service.Reveal(new ProtectedText(sealedText)); }
        catch (System.Security.Cryptography.CryptographicException) { return ""; }
    }

    // The outbox keeps what was published until it is sent; consumers strike it when it comes.
    private static async Task<string[]> HoldingAsync(ServiceUnderTest<Program> service) =>
        [.. (await service.Database.HoldingAsync(Word, t => Reveal(service, t))).Where(c => c != "outbox_message.body")];

    [Theory, MemberData(nameof(Engines))]
    public async Task Struck_passage_leaves_the_case_its_history_its_lesson_and_the_indexes(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var triaged = service.Triaged(narrative: $"Den gamle {Word} kom ikke hjem.") with
        {
            ImmediateAction = service.Protect($"Ringte gamle  {Word}s hjem, og gamle-{Word.ToUpperInvariant()}."),
            MessageId = service.Protect($"gamle {Word}"),
            UnknownSite = service.Protect($"Gamle {Word}"),
        };
        var id = (await service.ReceivedAsync(triaged)).DeviationId;
        var other = (await service.ReceivedAsync(service.Triaged(f => f with { Reference = "AVV-2026-000002" }, narrative: "Epikrisen kom ikke."))).DeviationId;
        var trust = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var action in new[] { "acknowledge", "start" }) await trust.ActNowAsync(id, action);
        await trust.ActNowAsync(id, "ask", new() { Question = $"Hvor bor gamle {Word}?" });
        await service.ReceiveAsync(Wrote(service, id, $"Hos gamle {Word}."));
        await trust.ActNowAsync(id, "answer", new()
        {
            Text = $"Vi beklager overfor gamle {Word}.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = $"Ringe gamle {Word}", Owner = $"gamle {Word}", DueDate = "2026-10-01" }],
        });
        await trust.ActNowAsync(id, "record-patient-information", new()
        {
            PatientInformation = new() { Informed = "informed", Who = "both", By = $"gamle {Word}s lege", On = "2026-08-20", View = $"Gamle {Word} er redd." },
        });
        await trust.ActNowAsync(id, "close");
        var draft = new LessonDraft
        {
            Title = $"Om gamle {Word}",
            WhatHappened = $"Gamle {Word} ble glemt.",
            Why = "Ingen ringte.",
            WhatWeChanged = "Vi ringer.",
            WhoShouldKnow = "Alle.",
        };
        var lesson = await trust.ProposeLessonAsync(id, draft);
        await service.ClientAs(Given.Hamar, Roles.Coordinator).ApproveLessonAsync(lesson.Id, lesson.Version);
        Assert.Single((await trust.ListCasesAsync(new() { Q = Word })).Items);
        Assert.Single((await trust.ListLessonsAsync(new() { Q = Word })).Items);

        var redacted = Redacted(service, id, $"Gamle {Word}");
        await service.ReceiveAsync(redacted);

        Assert.Empty(await HoldingAsync(service));
        Assert.Empty((await trust.ListCasesAsync(new() { Q = Word })).Items);
        Assert.Empty((await trust.ListLessonsAsync(new() { Q = Word })).Items);
        Assert.Equal(id, Assert.Single((await trust.ListCasesAsync(new() { Q = "kom ikke hjem" })).Items).Id);
        Assert.Equal(lesson.Id, Assert.Single((await trust.ListLessonsAsync(new() { Q = "glemt" })).Items).Id);
        var seen = await trust.GetCaseAsync(id);
        Assert.Equal(("Den [strøket] kom ikke hjem.", "Vi beklager overfor [strøket]."), (seen.Narrative, seen.Answer!.Text));
        Assert.Equal(("redacted", Given.Hamar, "Teksten hadde et navn.", seen.Case.Version),
            seen.Timeline[^1] is var last ? (last.Action, last.Organization, last.Text, last.Version) : default);
        Assert.Equal("Epikrisen kom ikke.", (await trust.GetCaseAsync(other)).Narrative);
        // Integrations learn that the case has changed; once.
        await service.ReceiveAsync(Events.Page(redacted));
        Assert.Single((await database.SentAsync()).OfType<CaseChanged>(), c => c.Action == "redacted");
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Redaction_that_arrives_before_the_texts_strikes_them(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var triaged = service.Triaged(narrative: $"Gamle {Word} kom ikke.") with { Comment = service.Protect($"Om {Word}.") };
        var (id, duplicate) = (triaged.DeviationId, Guid.CreateVersion7());
        await service.ReceiveAsync(Redacted(service, id, Word), Redacted(service, duplicate, Word));
        await service.ReceiveAsync(Wrote(service, id, $"Det var {Word}."));
        await service.ReceiveAsync(triaged);
        await service.ReceiveAsync(new DeviationMerged
        {
            DeviationId = duplicate,
            Version = 3,
            OccurredAt = Given.ReceivedAt,
            MainCase = id,
            Reference = "AVV-2026-000009",
            ReporterOrganization = "864950582",
            Narrative = service.Protect($"Også {Word}."),
            Comment = service.Protect($"Se {Word}."),
        });
        await service.ReceiveAsync(Wrote(service, duplicate, $"Og {Word}."));
        await service.ReceiveAsync(new DeviationWithdrawn
        {
            DeviationId = id,
            Version = 2,
            OccurredAt = Given.ReceivedAt,
            Organization = Given.Hamar,
            Reason = service.Protect($"Det var {Word}."),
        });
        Assert.Empty(await HoldingAsync(service));
        var sent = (await database.SentAsync()).OfType<ReporterInformed>().Select(e => service.Reveal(e.Text));
        Assert.DoesNotContain(sent, t => t.Contains(Word, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Struck_words_that_are_written_again_are_struck_too(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database, new MovableClock(Given.ReceivedAt.AddHours(1)));
        var id = (await service.ReceivedAsync(service.Triaged(narrative: $"Om {Word}."))).DeviationId;
        await service.ReceiveAsync(Redacted(service, id, Word));
        var trust = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var action in new[] { "acknowledge", "start" }) await trust.ActNowAsync(id, action);
        var answered = await trust.ActNowAsync(id, "answer", new()
        {
            Text = $"Vi snakket med {Word}.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = $"Ringe {Word}", Owner = "Enheten", DueDate = "2026-10-01" }],
        });
        Assert.DoesNotContain(Word, answered.Answer!.Text + answered.Answer.Measures[0].Description, StringComparison.Ordinal);
        await trust.ActNowAsync(id, "close");
        await trust.ActNowAsync(id, "reopen", new() { Reason = $"Om {Word} igjen." });
        Assert.Empty(await HoldingAsync(service));
        Assert.DoesNotContain(await database.SentAsync(), e => e switch
        {
            ReporterInformed informed => Reveal(service, informed.Text.Value).Contains(Word, StringComparison.Ordinal),
            CaseReopened reopened => Reveal(service, reopened.Reason.Value).Contains(Word, StringComparison.Ordinal),
            _ => false,
        });
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Redaction_of_a_duplicate_strikes_its_copies_in_the_main_case(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var (main, duplicate) = ((await service.ReceivedAsync(service.Triaged())).DeviationId, Guid.CreateVersion7());
        await service.ReceiveAsync(new DeviationMerged
        {
            DeviationId = duplicate,
            Version = 3,
            OccurredAt = Given.ReceivedAt,
            MainCase = main,
            Reference = "AVV-2026-000009",
            ReporterOrganization = "864950582",
            Narrative = service.Protect($"Også {Word}."),
        });
        await service.ReceiveAsync(Wrote(service, duplicate, $"Og {Word}."));
        Assert.NotEmpty(await HoldingAsync(service));
        await service.ReceiveAsync(Redacted(service, duplicate, Word));
        Assert.Empty(await HoldingAsync(service));
    }
}
