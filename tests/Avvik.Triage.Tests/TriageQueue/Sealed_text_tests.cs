using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Triage.Tests.TriageQueue;

public sealed class Sealed_text_tests
{
    private static readonly string OldKey = TestKeys.Of("TextProtection"), NewKey = TestKeys.Of("the new key"),
        LostKey = TestKeys.Of("another key under the same name");

    /// <summary>As sealed by a key that no ring has.</summary>
    private static readonly string Lost = "k0." + new string('A', 56);

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Texts_are_resealed_and_a_lost_key_shows_as_unreadable_text(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using (var before = new ServiceUnderTest<Program>(database)) await before.ReceiveAsync(before.Waiting(), before.Waiting(), before.Waiting());
        await database.ExecuteAsync("insert into reporter_messages (deviation_id, number, at, text) select id, 1, 0, narrative from assessments");
        await database.ExecuteAsync($"update assessments set narrative = '{Lost}' where cast(id as text) = (select min(cast(id as text)) from assessments)");

        await using (var rotated = Service(database, OldKey))
        {
            _ = rotated.Server;
            await Eventually.IsTrue(async () => await database.CountAsync("""
                select (select count(*) from assessments where narrative like 'k2.%') + (select count(*) from reporter_messages where text like 'k2.%')
                """) == 5, TimeSpan.FromSeconds(60));
            Assert.Equal(1, await database.CountAsync($"select count(*) from assessments where narrative = '{Lost}'"));
        }

        await using var retired = Service(database, LostKey);
        var items = (await retired.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator).ListTriageAsync()).Items;
        Assert.Equal(3, items.Count);
        Assert.Single(items, i => i.Narrative == Texts.Message("unreadableText"));
        Assert.Equal(2, items.Count(i => i.Narrative.Length > 0 && i.Narrative != Texts.Message("unreadableText") && i.Answers?.Count == 1));
    }

    private static ServiceUnderTest<Program> Service(TestDatabase database, string oldKey) => new(database, settings:
        [("TextProtection:ActiveKey", "k2"), ("TextProtection:Keys:k2", NewKey), ("TextProtection:Keys:k1", oldKey), ("TextProtection:PrintKey", OldKey)]);
}
