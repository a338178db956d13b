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
}
