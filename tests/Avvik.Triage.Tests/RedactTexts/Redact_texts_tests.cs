using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Triage.Tests.RedactTexts;

public sealed class Redact_texts_tests
{
    private const string Word = "kvasteved";

    public static TheoryData<DatabaseProvider, bool> Cases
    {
        get
        {
            var cases = new TheoryData<DatabaseProvider, bool>();
            foreach (var provider in Enum.GetValues<DatabaseProvider>())
                foreach (var first in new[] { true, false }) cases.Add(provider, first);
            return cases;
        }
    }

    private static string Reveal(ServiceUnderTest<Program> service, string sealedText)
    {
        try { return service.Reveal(new ProtectedText(sealedText)); }
        catch (System.Security.Cryptography.CryptographicException) { return ""; }
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Struck_passage_leaves_the_texts_here_whichever_comes_first(DatabaseProvider provider, bool redactionFirst)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var texts = service.Services.GetRequiredService<TextProtector>();
        var submitted = service.Submitted(f => f with { Category = null, Clause = null }, $"Noe gikk ikke som det skulle for {Word}.") with
        {
            ImmediateAction = texts.Protect($"Ringte {Word}."),
            MessageId = texts.Protect(Word),
        };
        var passage = texts.PassageOf(Word)!;
        var redacted = new TextRedacted
        {
            DeviationId = submitted.DeviationId,
            Version = 1,
            OccurredAt = Given.ReceivedAt,
            Organization = Given.Hamar,
            Words = 1,
            Print = passage.Print,
            Reason = texts.Protect("Teksten hadde et navn."),
        };
        var wrote = new ReporterAnswered
        {
            DeviationId = submitted.DeviationId,
            Version = 1,
            OccurredAt = Given.ReceivedAt,
            Organization = Given.Hamar,
            Text = texts.Protect($"Det var {Word}."),
        };
        foreach (var e in redactionFirst ? new IEvent[] { redacted, submitted, wrote } : [submitted, wrote, redacted]) await service.ReceiveAsync(e);

        Assert.DoesNotContain(await database.HoldingAsync(Word, t => Reveal(service, t)), c => c != "outbox_message.body");
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var item = Assert.Single((await coordinator.ListTriageAsync()).Items);
        Assert.Equal(("Noe gikk ikke som det skulle for [strøket].", "Det var [strøket]."), (item.Narrative, Assert.Single(item.Answers)));
        // The reporter's party is told, unless nothing was here yet; once.
        await service.ReceiveAsync(Events.Page(redacted));
        Assert.Equal(redactionFirst ? 0 : 1, (await database.SentAsync()).OfType<CaseChanged>().Count(c => c.Action == "redacted"));
        Assert.Equal(redactionFirst ? [] : ["Teksten hadde et navn."],
            (await database.SentAsync()).OfType<ReporterInformed>().Select(e => service.Reveal(e.Text)));
    }
}
