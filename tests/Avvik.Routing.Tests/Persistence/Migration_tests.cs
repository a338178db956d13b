using Avvik.Contracts;
using Avvik.Routing.Persistence;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Persistence;

public sealed class Migration_tests
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public Task Model_and_migrations_agree(DatabaseProvider provider) => Migrations.AgreeWithTheModelAsync<RoutingDbContext>(provider);

    [Theory, MemberData(nameof(Migrations.Released), MemberType = typeof(Migrations))]
    public Task Released_database_upgrades_with_its_content(string version, DatabaseProvider provider) =>
        Migrations.UpgradeAsync<Program, RoutingDbContext>(version, provider, "routing", async service =>
    {
        var coordinator = service.ClientAs("983971709", Roles.Coordinator);
        var cases = (await coordinator.ListCasesAsync()).Items;
        Assert.Equal(["AVV-2026-000001", "AVV-2026-000002", "AVV-2026-000003"], cases.Select(c => c.Reference).Order());
        Assert.StartsWith("Epikrisen kom ni dager", (await coordinator.GetCaseAsync(cases.Single(c => c.Reference == "AVV-2026-000001").Id)).Narrative,
            StringComparison.Ordinal);
        // The text index is made anew after the start, with tokens in place of words.
        await Eventually.IsTrue(async () => (await coordinator.ListCasesAsync(new() { Q = "blodfortynnende" })).Items is [{ Reference: "AVV-2026-000002" }],
            TimeSpan.FromSeconds(60));
    }, [.. Sealed.SelectMany(table => table.Columns.Split(' ').Select(column => $"{table.Table}.{column}"))]);

    /// <summary>Texts that are sealed after the upgrade, and the columns of the text index that the words were in.</summary>
    private static readonly (string Table, string Columns)[] Sealed =
    [
        ("cases", "narrative immediate_action suggested_measure reporter_profession message_id question disagreement answer closings notice search"),
        ("case_events", "text"), ("measures", "description owner note"), ("reporter_messages", "text"), ("case_duplicates", "narrative comment"),
        ("lessons", "title what_happened why what_we_changed who_should_know search"), ("routing_rule_sets", "reason"), ("directory_changes", "reason"),
        ("role_assignments", "name reason end_reason"),
    ];
}
