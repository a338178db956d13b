using Avvik.Contracts;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.IdentityDetection;

public sealed class Possible_identity_tests
{
    [Fact]
    public async Task Validation_warns_of_possible_identities_and_submission_accepts()
    {
        await using var database = await Databases.CreateAsync(Avvik.Storage.DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submission = Given.Submission with
        {
            Narrative = "Pasient Kari Nordmann, født 01.02.1950, kom uten epikrise. Datteren Silje ringte.",
            ImmediateAction = "Kjørte til Storgata 12."
        };

        var answer = await service.Reporter().ValidateAsync(submission);
        Assert.True(answer.Valid);
        Assert.Equal([("/narrative", "possibleName", "8+13 68+5"), ("/narrative", "possibleBirthDate", "28+10"),
            ("/immediateAction", "possibleAddress", "11+11")],
            answer.Warnings.Select(w => (w.Pointer, w.Code, string.Join(' ', w.Offsets.Select(o => $"{o.Offset}+{o.Length}")))));
        Assert.All(answer.Warnings, w => Assert.Equal(Texts.Field(w.Code, english: false), w.Message));
        Assert.Empty((await service.Reporter().ValidateAsync(Given.Submission)).Warnings);
        Assert.Equal("submitted", (await service.Reporter().SubmitAsync(submission)).State);
    }

    [Fact]
    public async Task Every_text_of_a_submission_and_a_message_is_searched()
    {
        await using var database = await Databases.CreateAsync(Avvik.Storage.DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var submission = Given.Submission with
        {
            ClientReference = "Máret Ánne Sara",
            MessageId = "epikrise for Ole Hansen",
            Respondent = Given.Submission.Respondent! with { Site = "Kari Nordmann" },
            Reporter = new() { Name = "Ingrid Solheim", Profession = "sykepleier Ingrid Solheim" },
        };
        var receipt = await service.Reporter().SubmitAsync(submission);
        Assert.Equal(["/clientReference possibleName", "/messageId possibleName", "/reporter/profession possibleName", "/respondent/site possibleName",
            "/respondent/site unknownSite"], receipt.Warnings!.Select(w => $"{w.Pointer} {w.Code}").Order(StringComparer.Ordinal));
        // The same receipt, and the same warnings, for the same submission.
        Assert.Equal(receipt.Warnings!.Count, (await service.Reporter().SubmitAsync(submission)).Warnings!.Count);
        var written = await service.Reporter().WriteMessageAsync(receipt.Id, "Det gjelder Ole Hansen, født 12.03.1938, Storgata 12.");
        Assert.Equal(["/text possibleName", "/text possibleBirthDate", "/text possibleAddress"], written.Warnings!.Select(w => $"{w.Pointer} {w.Code}"));
        Assert.Null((await service.Reporter().GetDeviationAsync(receipt.Id)).Warnings);
    }

    [Theory]
    [InlineData("Epikrisen kom ikke.", "m-1", false)]
    [InlineData("Epikrisen til Ole Hansen kom ikke.", "m-1", true)]
    [InlineData("Epikrisen kom ikke.", "Ole Hansen", true)]
    public async Task Submission_says_whether_its_shared_texts_may_identify(string narrative, string messageId, bool mayIdentify)
    {
        await using var database = await Databases.CreateAsync(Avvik.Storage.DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        // The client's own reference is not shared with the other party.
        await service.Reporter().SubmitAsync(Given.Submission with { Narrative = narrative, MessageId = messageId, ClientReference = "Kari Nordmann" });
        var sent = Assert.Single(await database.QueryAsync(Given.SubmittedEvents, r => r.GetFieldValue<byte[]>(0)));
        Assert.Equal(mayIdentify, System.Text.Json.JsonSerializer.Deserialize(sent, ContractJson.Default.DeviationSubmitted)!.MayIdentify);
    }

    [Theory]
    [InlineData("Det gjaldt 418140", "61033 ble oppringt.", true)]
    [InlineData("Det gjaldt 4181406", "1033 ble oppringt.", true)]
    [InlineData("Det gjaldt 418140.", "61034 ble oppringt.", false)]
    [InlineData("Rom 418", "61033 ble oppringt.", false)]
    public async Task Person_number_that_is_split_over_two_texts_is_refused(string narrative, string action, bool refused)
    {
        await using var database = await Databases.CreateAsync(Avvik.Storage.DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var call = service.Reporter().ValidateAsync(Given.Submission with { Narrative = narrative, ImmediateAction = action });
        if (!refused) Assert.True((await call).Valid);
        else
        {
            var problem = await Assert.ThrowsAsync<Avvik.Client.AvvikProblemException>(() => call);
            Assert.Equal(["/narrative identityInText", "/immediateAction identityInText"], problem.Errors.Select(e => $"{e.Pointer} {e.Code}"));
        }
    }
}
