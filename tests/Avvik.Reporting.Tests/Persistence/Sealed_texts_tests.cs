using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Reporting.Tests.Persistence;

/// <summary>What people write, and who they are, is sealed where it is stored.</summary>
public sealed class Sealed_texts_tests
{
    private static readonly string[] Words = ["Epikrisen", "Ringte", "Fastlege", "Solveig", "Purrer", "godkjenning"];

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Database_holds_no_word_that_somebody_wrote(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        var deviation = await SubmitAsync(service);
        await service.Reporter().WriteMessageAsync(deviation.Id, "Purrer på svar.");
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed), service.Informed(deviation, 3, "Ligger til godkjenning."));

        var read = await service.Reporter().GetDeviationAsync(deviation.Id);
        Assert.Equal(("Epikrisen kom ni dager etter utskrivning.", "Solveig Test", "Ringte avdelingen."),
            (read.Submission.Narrative, read.Submission.Reporter!.Name, read.Submission.ImmediateAction));
        Assert.Contains(read.Timeline, e => e.Text == "Purrer på svar.");

        var dump = await database.DumpAsync();
        Assert.All(Words, word => Assert.DoesNotContain(word, dump, StringComparison.OrdinalIgnoreCase));
        // The files too: a free page keeps what was in it.
        if (provider == DatabaseProvider.Sqlite)
            foreach (var file in Files(database))
            {
                var content = await File.ReadAllBytesAsync(file);
                Assert.All(Words, word => Assert.Equal(-1, content.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(word))));
            }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Texts_are_resealed_with_a_new_key_and_shown_as_unreadable_without_theirs(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Deviation deviation;
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            deviation = await SubmitAsync(service);
            await service.Reporter().WriteMessageAsync(deviation.Id, "Purrer på svar.");
        }
        var (first, second) = (TestKeys.Of("TextProtection"), TestKeys.Of("another"));
        async Task<bool> AllWithTheNewAsync() =>
            await database.CountAsync("select count(*) from deviations where submission like 'k2.%'") == 1
            && await database.CountAsync("select count(*) from reporter_messages where text like 'k2.%'") == 1;
        await using (var rotated = new ServiceUnderTest<Program>(database, null,
            ("TextProtection:Keys:k2", second), ("TextProtection:ActiveKey", "k2"), ("TextProtection:PrintKey", first)))
        {
            await rotated.Reporter().GetDeviationAsync(deviation.Id);
            await Eventually.IsTrue(AllWithTheNewAsync, TimeSpan.FromSeconds(60));
        }
        // With other bytes under the old key's name, nothing opens that the old one sealed.
        await using (var withoutTheOld = new ServiceUnderTest<Program>(database, null, ("TextProtection:Keys:k2", second),
            ("TextProtection:Keys:k1", second), ("TextProtection:ActiveKey", "k2"), ("TextProtection:PrintKey", first)))
            Assert.Equal("Solveig Test", (await withoutTheOld.Reporter().GetDeviationAsync(deviation.Id)).Submission.Reporter!.Name);
        await using var lost = new ServiceUnderTest<Program>(database);
        var shown = (await lost.Reporter().ListDeviationsAsync()).Items.Single();
        Assert.Equal(Contracts.Texts.Message("unreadableText"), shown.Submission.Narrative);
        Assert.Contains(shown.Timeline, e => e.Text == Contracts.Texts.Message("unreadableText"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Texts_from_before_they_were_sealed_are_read_and_sealed(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        Deviation deviation;
        await using (var service = new ServiceUnderTest<Program>(database))
        {
            deviation = await SubmitAsync(service);
            await service.Reporter().WriteMessageAsync(deviation.Id, "Purrer på svar.");
        }
        await database.ExecuteAsync("""update deviations set submission = '{"occurredAt":"2026-08-14","narrative":"Epikrisen i klartekst. Og."}'""");
        await database.ExecuteAsync("update reporter_messages set text = 'Purrer. I klartekst'");
        await using var after = new ServiceUnderTest<Program>(database);
        var read = await after.Reporter().GetDeviationAsync(deviation.Id);
        Assert.Equal("Epikrisen i klartekst. Og.", read.Submission.Narrative);
        Assert.Contains(read.Timeline, e => e.Text == "Purrer. I klartekst");
        await Eventually.IsTrue(async () => !(await database.DumpAsync("deviations") + await database.DumpAsync("reporter_messages"))
            .Contains("klartekst", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.Equal("Epikrisen i klartekst. Og.", (await after.Reporter().GetDeviationAsync(deviation.Id)).Submission.Narrative);
    }

    private static Task<Deviation> SubmitAsync(ServiceUnderTest<Program> service) => service.Reporter().SubmitAsync(Given.Submission with
    {
        ImmediateAction = "Ringte avdelingen.",
        Reporter = new() { Name = "Solveig Test", Profession = "Fastlege" },
    });

    private static IEnumerable<string> Files(TestDatabase database)
    {
        var file = new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(database.ConnectionString).DataSource;
        return new[] { file, file + "-wal" }.Where(File.Exists);
    }
}
