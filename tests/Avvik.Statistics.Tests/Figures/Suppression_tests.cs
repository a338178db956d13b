using System.Text.Json;
using System.Text.RegularExpressions;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Suppression_tests(StatisticsServices services)
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Numbers_from_one_to_four_and_what_is_made_from_them_are_not_shown(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([.. Of("admission", 1), .. Of("discharge", 4), .. Of("medication", 5), .. Of("referral", 12, CaseStates.Closed)]);

        var answer = await service.AskAsync("by=category", role: Roles.Ssu);

        Assert.Equal(["admission :/: :", "discharge :/: :", "medication 5/5 0", "referral 12/0 0", "total 22/10 0"], Shown(answer));
    }

    [Fact]
    public async Task What_is_not_shown_is_a_colon_in_the_answer_and_counted()
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync([.. Of("admission", 2), .. Given.Cases(3, f => f with { Category = "discharge" }, answeredAfterDays: 2), .. Of("medication", 9)]);

        var json = await service.As(StatisticsService.Hamar, Roles.Ssu).GetStringAsync("/api/v1/statistics?by=category");

        var answer = JsonElement.Parse(json);
        Assert.Equal("""{"count":":","open":":","medianAnswerDays":":","p90AnswerDays":":","answeredInTimePercent":":","meanHops":":","category":"discharge"}""",
            answer.GetProperty("rows")[1].GetRawText());
        Assert.Equal(12, answer.GetProperty("suppressedCells").GetInt32());
        Assert.Equal(12, Regex.Count(json, "\":\"[,}]"));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task One_alone_takes_the_smallest_other_with_it(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([.. Of("admission", 3), .. Of("discharge", 9), .. Of("medication", 7), .. Of("referral", 8)]);

        var answer = await service.AskAsync("by=category", role: Roles.Ssu);

        Assert.Equal(["admission :/: :", "discharge 9/9 0", "medication :/: :", "referral 8/8 0", "total 27/27 0"], Shown(answer));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Open_ones_are_hidden_by_the_same_rules(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([
            .. Of("admission", 8, CaseStates.Closed), .. Of("discharge", 6, CaseStates.Closed), .. Of("discharge", 2), .. Of("medication", 9), .. Of("referral", 6),
        ]);

        var answer = await service.AskAsync("by=category", role: Roles.Ssu);

        // A zero is shown, and hides nothing that could be taken from it.
        Assert.Equal(["admission 8/0 0", "discharge 8/: 0", "medication 9/9 0", "referral 6/: 0", "total 31/17 0"], Shown(answer));
        Assert.Equal(2, answer.SuppressedCells);
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task In_a_hidden_row_the_open_ones_show_only_when_there_are_none(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync([.. Of("admission", 3, CaseStates.Closed), .. Of("discharge", 6), .. Of("medication", 9)]);

        var answer = await service.AskAsync("by=category", role: Roles.Ssu);

        Assert.Equal(["admission :/0 :", "discharge :/: :", "medication 9/: 0", "total 18/15 0"], Shown(answer));
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task A_small_total_is_hidden_like_a_row(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        await service.ReceiveAsync(Of("admission", 4));

        var answer = await service.AskAsync("by=category", role: Roles.Ssu);

        Assert.Equal(["admission :/: :", "total :/: :"], Shown(answer));
        Assert.Equal(12, answer.SuppressedCells);
    }

    [Fact]
    public async Task Nothing_is_nothing_to_hide()
    {
        var answer = await (await services.EmptyAsync(DatabaseProvider.Sqlite)).AskAsync("by=category", role: Roles.Ssu);

        Assert.Equal((0, 0, 0), (answer.Total.Count.Value, answer.Total.Open.Value, answer.SuppressedCells));
    }

    [Theory]
    [InlineData(Roles.Ssu, true)]
    [InlineData(Roles.Ssu + " " + Roles.Reporter, true)]
    [InlineData(Roles.Ssu + " " + Roles.Admin, true)]
    [InlineData(Roles.Ssu + " " + Roles.Coordinator, false)]
    [InlineData(Roles.Handler, false)]
    public async Task Only_a_role_that_gives_access_itself_shows_small_numbers(string roles, bool hidden)
    {
        var service = await services.EmptyAsync(DatabaseProvider.Sqlite);
        await service.ReceiveAsync(Of("admission", 2));

        var answer = await AvvikClient.For(service.As(StatisticsService.Hamar, roles.Split(' '))).GetStatisticsAsync(new() { By = ["category"] });

        Assert.Equal(hidden, answer.Rows[0].Count == Figure.Suppressed);
    }

    private static IEnumerable<Contracts.Routing.CaseChanged> Of(string category, int count, string state = CaseStates.Acknowledged) =>
        Given.Cases(count, f => f with { Category = category }, state: state);

    /// <summary>Of each row its category, count, open ones and mean of hops.</summary>
    private static IEnumerable<string> Shown(StatisticsAnswer answer)
    {
        static string Text(Figure? figure) => figure?.Value?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ":";
        return answer.Rows.Select(r => (r.Dimensions!["category"].GetString()!, r)).Append(("total", answer.Total))
            .Select(r => $"{r.Item1} {Text(r.Item2.Count)}/{Text(r.Item2.Open)} {Text(r.Item2.MeanHops)}");
    }
}
