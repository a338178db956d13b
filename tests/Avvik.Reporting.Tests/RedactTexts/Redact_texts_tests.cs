using System.Net;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.RedactTexts;

public sealed class Redact_texts_tests
{
    private const string Word = "kvasteved";
    private static readonly RedactText Redaction = new() { Passage = $"gamle {Word}", Reason = $"Navnet på gamle {Word} sto der." };

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    private static string Reveal(ServiceUnderTest<Program> service, string sealedText)
    {
        try { return service.Services.GetRequiredService<TextProtector>().Reveal(new ProtectedText(sealedText)); }
        catch (System.Security.Cryptography.CryptographicException) { return ""; }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Struck_passage_leaves_the_submission_its_messages_and_its_timeline(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var submission = Given.Submission with
        {
            ClientReference = $"gamle {Word}",
            Narrative = $"Den gamle {Word} kom ikke hjem.",
            MessageId = $"GAMLE {Word}",
            Reporter = new() { Name = $"Gamle {Word}", Profession = "nurse" },
        };
        var deviation = await service.Reporter().SubmitAsync(submission);
        await service.Reporter().WriteMessageAsync(deviation.Id, $"Det var gamle {Word}.");
        await service.ReceiveAsync(deviation.Changed(2, "asked", "awaitingReporter"), service.Informed(deviation, 2, $"Hvem er gamle {Word}?"));
        // The other party's coordinator may strike too; nobody else, and no other party.
        var stranger = await Assert.ThrowsAsync<AvvikProblemException>(
            () => service.ClientAs("864950582", Roles.Coordinator).RedactAsync(deviation.Id, Redaction));
        Assert.Equal(HttpStatusCode.NotFound, stranger.Status);
        var done = await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator, subject: "eva").RedactAsync(deviation.Id, Redaction);
        Assert.Equal((1, Given.SykehusetInnlandet, "eva", "Navnet på [strøket] sto der.", 2),
            (done.Number, done.Organization, done.Actor, done.Reason, done.Words));
        // A text that was on its way.
        await service.ReceiveAsync(service.Informed(deviation, 3, $"Gamle {Word} er funnet."), deviation.Changed(3, "routed", "routed"));

        Assert.DoesNotContain(await database.HoldingAsync(Word, t => Reveal(service, t)), c => c != "outbox_message.body");
        var seen = await service.Reporter().GetDeviationAsync(deviation.Id);
        Assert.Equal(("Den [strøket] kom ikke hjem.", "[strøket]"), (seen.Submission.Narrative, seen.Submission.Reporter!.Name));
        Assert.Equal(["[strøket] er funnet.", "Hvem er [strøket]?", "Det var [strøket]."],
            seen.Timeline.Where(e => e.Text is not null).Select(e => e.Text!).Order(StringComparer.Ordinal).Reverse());
        // Written again, it is struck again, and does not travel.
        await service.Reporter().WriteMessageAsync(deviation.Id, $"Gamle {Word} ringte.");
        Assert.DoesNotContain(await database.HoldingAsync(Word, t => Reveal(service, t)), c => c != "outbox_message.body");
        // Once, however often it is asked for.
        Assert.Equal(1, (await service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator, subject: "eva").RedactAsync(deviation.Id, Redaction)).Number);
        Assert.Equal(1, await database.CountAsync("select count(*) from outbox_message where type like '%text-redacted%'"));
        Assert.Equal(1, await database.CountAsync("select count(*) from access_log where action = 'textRedacted'"));
        // What a backup still holds: for both parties' auditors, and never the words.
        var listed = Assert.Single((await service.ClientAs(Given.Hamar, Roles.Auditor).ListRedactionsAsync()).Items);
        Assert.Equal((deviation.Id, deviation.Reference, null), (listed.Id, listed.Reference, listed.Actor));
        Assert.DoesNotContain(Word, JsonSerializer.Serialize(listed), StringComparison.OrdinalIgnoreCase);
        Assert.Empty((await service.ClientAs("864950582", Roles.Auditor).ListRedactionsAsync()).Items);
        // After another service's database was restored, it hears of it again.
        using var admin = service.As(Given.Hamar, Roles.Admin);
        using var republished = await admin.PostAsync("/ops/reporting/redactions/republish", null);
        Assert.Equal(HttpStatusCode.NoContent, republished.StatusCode);
        Assert.Equal(2, await database.CountAsync("select count(*) from outbox_message where type like '%text-redacted%'"));
    }

    [Fact]
    public async Task Redaction_needs_words_and_a_reason_and_a_coordinator()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        var coordinator = service.ClientAs(Given.Hamar, Roles.Coordinator);
        foreach (var (body, pointer, code) in new (RedactText, string, string)[]
        {
            (new() { Reason = "Navn." }, "/passage", "required"), (new() { Passage = "…!", Reason = "Navn." }, "/passage", "blank"),
            (new() { Passage = "x" }, "/reason", "required"), (new() { Passage = new string('x', 8001), Reason = "Navn." }, "/passage", "tooLong"),
        })
        {
            var refused = await Assert.ThrowsAsync<AvvikProblemException>(() => coordinator.RedactAsync(deviation.Id, body));
            Assert.Contains(refused.Errors, e => e.Pointer == pointer && e.Code == code);
        }
        foreach (var role in new[] { Roles.Reporter, Roles.Handler, Roles.UnitLeader, Roles.Client })
            Assert.Equal(HttpStatusCode.Forbidden, (await Assert.ThrowsAsync<AvvikProblemException>(
                () => service.ClientAs(Given.Hamar, role).RedactAsync(deviation.Id, Redaction))).Status);
    }
}
