using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Figures_tests(StatisticsServices services)
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Answer_has_a_row_for_each_combination(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([
            Given.Case(answeredAfterDays: 3),
            Given.Case(answeredAfterDays: 26) with { Hops = 1 },
            Given.Case(state: CaseStates.Closed),
            Given.Case(f => f with { Category = "discharge" }),
        ]);

        var answer = await service.AskAsync("by=category,direction");

        Assert.Equal(["category", "direction"], answer.By);
        Assert.Equal("""
            [{"count":1,"goodCollaboration":0,"proposals":0,"open":1,"medianAnswerDays":null,"p90AnswerDays":null,"answeredInTimePercent":0,
            "meanHops":0,"category":"discharge","direction":"municipalityToTrust"},
            {"count":3,"goodCollaboration":0,"proposals":0,"open":2,"medianAnswerDays":14.5,"p90AnswerDays":26,"answeredInTimePercent":50,
            "meanHops":0.33,"category":"medication","direction":"municipalityToTrust"}]
            """.ReplaceLineEndings(""), JsonSerializer.SerializeToElement(answer, StatisticsJson.Default.StatisticsAnswer).GetProperty("rows").GetRawText());
        Assert.Equal((4, 3), (answer.Total.Count.Value, answer.Total.Open.Value));
        Assert.Equal(0, answer.SuppressedCells);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Answer_has_only_the_total_without_dimensions(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(Given.Cases(2));

        var answer = await service.AskAsync("");

        Assert.Empty(answer.By);
        Assert.Empty(answer.Rows);
        Assert.Equal(2, answer.Total.Count.Value);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Total_of_nothing_is_zero_and_has_no_other_figures(DatabaseProvider provider)
    {
        var answer = await (await services.EmptyAsync(provider)).AskAsync("by=unit");

        Assert.Empty(answer.Rows);
        Assert.Equal(new StatisticsRow { Count = new(0), GoodCollaboration = new(0), Proposals = new(0), Open = new(0) }, answer.Total);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Period_defaults_to_the_quarter_so_far(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(new[] { "2026-06-30", "2026-07-01", "2026-09-20", "2026-09-21" }.Select(day =>
            Given.Case(f => f with { ReceivedAt = new(DateOnly.Parse(day, null), new(12, 0), TimeSpan.FromHours(2)) })));

        async Task<(StatisticsPeriod, double?)> Ask(string query) => await service.AskAsync(query) is var a ? (a.Period, a.Total.Count.Value) : default;

        Assert.Equal((new(new(2026, 7, 1), new(2026, 9, 20)), 2), await Ask(""));
        Assert.Equal((new(new(2026, 4, 1), new(2026, 6, 30)), 1), await Ask("to=2026-06-30"));
        Assert.Equal((new(new(2026, 6, 30), new(2026, 9, 20)), 3), await Ask("from=2026-06-30"));
        Assert.Equal((new(new(2026, 9, 21), new(2026, 9, 21)), 1), await Ask("from=2026-09-21&to=2026-09-21"));
        Assert.Equal((new(new(2026, 4, 1), new(2026, 6, 30)), 1), await Ask("quarter=2026-Q2"));
        Assert.Equal((new(new(2026, 4, 1), new(2026, 9, 30)), 4), await Ask("quarter=2026-Q2&quarter=2026-Q3"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Count_excludes_withdrawn_duplicate_and_mistaken_deviations(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(Vocabulary.CaseStates.Keys.Select(state => Given.Case(state: state)));

        var answer = await service.AskAsync("by=state");

        Assert.Equal(["acknowledged", "answered", "awaitingReporter", "closed", "disputed", "escalated", "inProgress", "rejected", "routed", "triage"],
            Values(answer, "state"));
        Assert.Equal((10, 8), (answer.Total.Count.Value, answer.Total.Open.Value));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Deviation_of_two_patient_groups_is_in_both_rows_and_once_in_the_total(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([
            Given.Case(f => f with { PatientGroups = ["maternity", "frailElderly"] }),
            Given.Case(f => f with { PatientGroups = ["maternity"] }),
            Given.Case(),
        ]);

        var answer = await service.AskAsync("by=patientGroup,kind");

        Assert.Equal([(null, 1), ("frailElderly", 1), ("maternity", 2)], Values(answer, "patientGroup").Zip(answer.Rows.Select(r => r.Count.Value)));
        Assert.Equal(3, answer.Total.Count.Value);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Hops_are_counted_by_pair_of_units_and_by_pair_of_parties(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        UnitHop away = new("si-tynset", "si-habilitering"), back = new("si-habilitering", "si-tynset");
        await service.ReceiveAsync(
            Given.Case() with { Hops = 2, UnitHops = [away, back] },
            Given.Case() with { Hops = 3, UnitHops = [away, back, away] },
            Given.Case(f => f with { ReporterOrganization = StatisticsService.Ringsaker }) with { Hops = 1, UnitHops = [away] },
            Given.Case());

        var (units, parties) = (await service.AskAsync("by=hopPair", StatisticsService.InnlandetTrust), await service.AskAsync("by=municipality,direction",
            StatisticsService.InnlandetTrust));

        Assert.Equal([(null, 1, 0), ("si-habilitering>si-tynset", 2, 2.5), ("si-tynset>si-habilitering", 3, 2)],
            units.Rows.Select(r => (r.Dimensions!["hopPair"].GetString(), r.Count.Value, r.MeanHops!.Value.Value)));
        Assert.Equal([("3403", 1.67), ("3411", 1)], parties.Rows.Select(r => (r.Dimensions!["municipality"].GetString(), r.MeanHops!.Value.Value)));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Rows_are_in_ordinal_order_with_null_first(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(new[] { "9", "10", null, "2" }.Select(clause => Given.Case(f => f with { Clause = clause })));

        Assert.Equal([null, "10", "2", "9"], Values(await service.AskAsync("by=clause"), "clause"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Every_dimension_groups_and_filters(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(
            Given.Case(f => f with { PatientGroups = ["frailElderly"] }),
            Given.Case(f => f with
            {
                Direction = Directions.TrustToMunicipality,
                ReporterOrganization = StatisticsService.InnlandetTrust,
                RespondentOrganization = "940155223",
                Kind = "risk",
                Agreement = "innlandet-2019",
                Category = "discharge",
                Clause = "5",
                PatientGroups = ["maternity"],
                ActualHarm = "none",
                ReceivedAt = new(2026, 4, 2, 12, 0, 0, TimeSpan.Zero),
            }, state: CaseStates.Closed) with
            { Unit = "3407-tildeling", ContributingFactors = ["agreementUnclear"], Hops = 1, UnitHops = [new("3407-legevakt", "3407-tildeling")] });

        foreach (var (dimension, value) in new Dictionary<string, string>
        {
            ["region"] = "gjovik-hadeland",
            ["municipality"] = "3407",
            ["unit"] = "3407-tildeling",
            ["direction"] = "trustToMunicipality",
            ["reporter"] = StatisticsService.InnlandetTrust,
            ["respondent"] = "940155223",
            ["agreement"] = "innlandet-2019",
            ["cause"] = "agreementUnclear",
            ["hopPair"] = "3407-legevakt>3407-tildeling",
            ["category"] = "discharge",
            ["clause"] = "5",
            ["kind"] = "risk",
            ["patientGroup"] = "maternity",
            ["harm"] = "none",
            ["state"] = "closed",
            ["quarter"] = "2026-Q2",
        })
        {
            Assert.Equal(2, (await service.AskAsync($"from=2026-01-01&by={dimension}", StatisticsService.InnlandetTrust)).Rows.Count);
            Assert.Equal([value], Values(await service.AskAsync($"from=2026-01-01&by={dimension}&{dimension}={value}", StatisticsService.InnlandetTrust),
                dimension));
        }
        Assert.Equal(["innlandet"], Values(await service.AskAsync("community=innlandet&by=community"), "community"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Filter_given_twice_takes_either_value_and_two_filters_take_both(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        foreach (var category in new[] { "medication", "discharge", "referral" })
            foreach (var harm in new[] { "none", "mild" })
                await service.ReceiveAsync(Given.Case(f => f with
                {
                    Category = category,
                    ActualHarm = harm,
                    PatientGroups = [harm == "none" ? "maternity" : "frailElderly"],
                }));

        async Task<double?> Count(string query) => (await service.AskAsync(query)).Total.Count.Value;

        Assert.Equal(4, await Count("category=medication&category=discharge"));
        Assert.Equal(2, await Count("category=medication&category=discharge&harm=none"));
        Assert.Equal(6, await Count("patientGroup=maternity&patientGroup=frailElderly"));
        Assert.Equal(0, await Count("patientGroup=maternity&harm=mild"));
    }

    [Theory]
    [InlineData("scope=all", 422, "/scope", "unknownCode")]
    [InlineData("scope=community&by=category,harm,kind", 422, "/by", "tooManyAboutOthers")]
    [InlineData("scope=community&by=category&harm=none&kind=risk", 422, "/by", "tooManyAboutOthers")]
    [InlineData("scope=community&from=2026-04-01&to=2026-06-29", 422, "/to", "wholeQuarters")]
    [InlineData("scope=community&from=2026-04-02&to=2026-06-30", 422, "/from", "wholeQuarters")]
    [InlineData("by=colour", 422, "/by", "unknownCode")]
    [InlineData("by=category,direction,category", 422, "/by", "repeated")]
    [InlineData("by=category,direction,unit,kind,harm", 422, "/by", "tooMany")]
    [InlineData("from=2026-13-01", 422, "/from", "invalidDate")]
    [InlineData("to=01.09.2026", 422, "/to", "invalidDate")]
    [InlineData("from=", 422, "/from", "invalidDate")]
    [InlineData("from=2026-08-02&to=2026-08-01", 422, "/to", "invalidValue")]
    [InlineData("from=2026-09-21", 422, "/from", "invalidValue")]
    [InlineData("category=medicin", 422, "/category", "unknownCode")]
    [InlineData("category=medication&category=", 422, "/category", "unknownCode")]
    [InlineData("unit=si-nowhere", 422, "/unit", "unknownCode")]
    [InlineData("municipality=0301", 422, "/municipality", "unknownCode")]
    [InlineData("quarter=2026-Q5", 422, "/quarter", "invalidValue")]
    [InlineData("catgory=medication", 400, "/catgory", "unknownMember")]
    [InlineData("%3Cscript%3E=1", 400, "", "unknownMember")]
    public async Task Query_that_makes_no_sense_is_refused(string query, int status, string pointer, string code)
    {
        var problem = await (await services.EmptyAsync(DatabaseProvider.Sqlite)).RefusalAsync(query);

        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        Assert.Equal((pointer, code), (error.GetProperty("pointer").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Refusal_lists_all_errors_at_once()
    {
        var problem = await (await services.EmptyAsync(DatabaseProvider.Sqlite)).RefusalAsync("from=x&by=y&harm=z");

        Assert.Equal(["/by", "/from", "/harm"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("pointer").GetString())
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task OpenAPI_document_names_every_parameter()
    {
        var client = (await services.EmptyAsync(DatabaseProvider.Sqlite)).CreateClient();

        var operation = (await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json")).GetProperty("paths").GetProperty("/api/v1/statistics")
            .GetProperty("get");

        Assert.Equal(["agreement", "by", "category", "cause", "clause", "community", "direction", "from", "harm", "hopPair", "kind", "labels", "municipality",
            "patientGroup", "quarter", "region", "reporter", "respondent", "scope", "state", "to", "unit"],
            operation.GetProperty("parameters").EnumerateArray().Select(p => p.GetProperty("name").GetString()!).Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string?> Values(StatisticsAnswer answer, string dimension) => answer.Rows.Select(r => r.Dimensions![dimension].GetString());
}
