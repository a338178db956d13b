using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Routing.RoutingRules;
using Avvik.Testing;

namespace Avvik.Routing.Tests.RoutingRules;

public sealed class Unit_rules_tests
{
    private static readonly DateOnly Today = new(2026, 8, 20);

    private static (string Unit, string Rule) Decide(string respondent, string? category, string? unit = null, string? site = null,
        string? coordinators = null, PartyRules? rules = null, CareDirectory? directory = null)
    {
        var (decided, decision) = UnitRules.Decide(Given.Triaged(f =>
            f with { RespondentOrganization = respondent, Category = category, RespondentUnit = unit, RespondentSite = site }).Facts, coordinators,
            directory ?? Given.Knowledge.Directory, rules ?? PartyRules.None, Today);
        Assert.Equal(rules?.Version ?? 1, decision.Version);
        return (decided.Code, decision.Rule);
    }

    [Fact]
    public void Party_rule_comes_after_named_units_and_before_the_category()
    {
        var rules = new PartyRules(7, [new() { Category = "privacy", Kind = "risk", Unit = "si-tynset" },
            new() { Category = "privacy", Unit = "si-habilitering" }, new() { Site = "SI Hamar", ActualHarm = "mild", Unit = "si-prehospital" }]);
        Assert.Equal(("si-habilitering", "partyRule"), Decide(Given.SykehusetInnlandet, "privacy", rules: rules));
        Assert.Equal(("si-prehospital", "partyRule"), Decide(Given.SykehusetInnlandet, "dischargeSummary", site: "si hamar", rules: rules));
        Assert.Equal(("si-tynset", "respondentUnit"), Decide(Given.SykehusetInnlandet, "privacy", unit: "si-tynset", rules: rules));
        Assert.Equal(("si-elverum-hamar", "site"), Decide(Given.SykehusetInnlandet, "dischargeSummary", site: "SI Elverum", rules: rules));
    }

    [Fact]
    public void Closed_unit_gets_no_cases_even_when_it_is_named()
    {
        CareDirectory Closed(DateOnly on) =>
            new(new DirectoryPublished
            {
                AggregateId = DirectoryPublished.DirectoryId,
                Version = 2,
                OccurredAt = Given.ReceivedAt,
                Units =
                [
                    new() { OrganizationNumber = Given.SykehusetInnlandet, Code = "si-tynset", Label = "Tynset", Sites = ["SI Tynset"], ClosedOn = on },
                ],
            });
        var rules = new PartyRules(2, [new() { Category = "dischargeSummary", Unit = "si-tynset" }]);
        Assert.Equal("si-tynset", Decide(Given.SykehusetInnlandet, "dischargeSummary", directory: Closed(Today.AddDays(1)), rules: rules).Unit);
        foreach (var decided in new[] { Decide(Given.SykehusetInnlandet, "dischargeSummary", directory: Closed(Today), rules: rules),
            Decide(Given.SykehusetInnlandet, "dischargeSummary", unit: "si-tynset", site: "SI Tynset", coordinators: "si-tynset", directory: Closed(Today)) })
            Assert.Equal(("si-samhandling", "fallback"), decided);
    }

    [Theory]
    [InlineData("privacy", "si-habilitering", "SI Tynset", "si-prehospital", "si-prehospital", "coordinator")]
    [InlineData("privacy", "si-habilitering", "SI Tynset", null, "si-habilitering", "respondentUnit")]
    [InlineData("privacy", null, "SI Tynset", null, "si-personvern", "categoryService")]
    [InlineData("emergency", null, "SI Tynset", null, "si-prehospital", "categoryService")]
    [InlineData("dischargeSummary", null, "SI Tynset", null, "si-tynset", "site")]
    [InlineData("dischargeSummary", null, " si tynset ", null, "si-tynset", "site")]
    [InlineData("dischargeSummary", null, null, null, "si-samhandling", "fallback")]
    [InlineData("dischargeSummary", null, "Et sted vi ikke kjenner", null, "si-samhandling", "fallback")]
    // A unit of somebody else is none.
    [InlineData("dischargeSummary", "3403-lege", "SI Tynset", "nlsh-lofoten", "si-tynset", "site")]
    public void Trust_unit_is_chosen_by_the_first_rule_that_applies(string category, string? unit, string? site, string? coordinators, string expected,
        string rule) =>
        Assert.Equal((expected, rule), Decide(Given.SykehusetInnlandet, category, unit, site, coordinators));

    [Theory]
    [InlineData("dischargeSummary", null, null, "3403-lege", "categoryService")]
    [InlineData("dischargeSummary", "3403-tildeling", null, "3403-tildeling", "respondentUnit")]
    [InlineData("dischargeSummary", "3403-tildeling", "3403-legevakt", "3403-legevakt", "coordinator")]
    [InlineData("communication", null, null, "3403-avvik", "fallback")]
    [InlineData("other", null, null, "3403-avvik", "fallback")]
    public void Municipal_unit_is_the_service_of_the_category(string category, string? unit, string? coordinators, string expected, string rule) =>
        Assert.Equal((expected, rule), Decide(Given.Hamar, category, unit, "SI Tynset", coordinators));

    [Fact]
    public void Every_deviation_gets_a_unit()
    {
        foreach (var party in new CareDirectory().All.SelectMany(c => c.Parties))
        {
            foreach (var category in Vocabulary.Categories.Keys.Append(null))
            {
                var (unit, rule) = Decide(party.OrganizationNumber, category);
                Assert.True(party.Unit(unit) is not null, $"{party.Name}, {category}: {unit} ({rule}) is not theirs");
                Assert.Equal(rule == "fallback", unit == party.FallbackUnit.Code);
            }
            Assert.All(party.Units, u => Assert.Equal((u.Code, "respondentUnit"), Decide(party.OrganizationNumber, "other", u.Code)));
            Assert.All(party.Units.SelectMany(u => u.Sites, (u, site) => (u.Code, site)), x =>
                Assert.Equal((x.Code, "site"), Decide(party.OrganizationNumber, "other", site: x.site)));
        }
    }

    [Fact]
    public void Category_services_exist_at_every_party()
    {
        foreach (var party in new CareDirectory().All.SelectMany(c => c.Parties))
            foreach (var category in Vocabulary.Categories.Values.Where(c => (party.IsTrust ? c.TrustService : c.MunicipalService) is not null))
                Assert.Equal("categoryService", Decide(party.OrganizationNumber, category.Code).Rule);
    }

    public static TheoryData<string> Corpus => [.. File.ReadLines(Path.Combine(RepositoryRoot.Path, "tests/corpus/deviations.ndjson"))];

    [Fact]
    public void Corpus_is_complete() => Assert.Equal(36, Corpus.Count);

    [Theory, MemberData(nameof(Corpus))]
    public void Corpus_deviations_are_routed_as_people_said(string line)
    {
        var (sent, expected) = (JsonElement.Parse(line).GetProperty("submission").GetProperty("respondent"), JsonElement.Parse(line).GetProperty("expected"));
        var category = expected.GetProperty("category").GetString()!;
        Assert.Equal(expected.GetProperty("unit").GetString(),
            Decide(sent.GetProperty("organizationNumber").GetString()!, category, site: sent.TryGetProperty("site", out var site) ? site.GetString()
            : null).Unit);
        Assert.Equal(expected.GetProperty("clause").GetString(), Vocabulary.Categories[category].Clause);
    }
}
