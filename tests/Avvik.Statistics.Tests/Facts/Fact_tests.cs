using System.Globalization;
using Avvik.Contracts;
using Avvik.Statistics.Facts;

namespace Avvik.Statistics.Tests.Facts;

public sealed class Fact_tests
{
    [Theory]
    // Summer time: Norway is two hours ahead.
    [InlineData("2026-06-30T21:59:59Z", "2026-06-30", "2026-Q2")]
    [InlineData("2026-06-30T22:00:00Z", "2026-07-01", "2026-Q3")]
    // Winter time: one hour.
    [InlineData("2026-12-31T22:59:59Z", "2026-12-31", "2026-Q4")]
    [InlineData("2026-12-31T23:00:00Z", "2027-01-01", "2027-Q1")]
    [InlineData("2026-10-01T00:30:00+05:00", "2026-09-30", "2026-Q3")]
    public void Fact_is_counted_on_the_norwegian_day_of_receipt(string receivedAt, string day, string quarter)
    {
        var fact = Fact.Of(Given.Case(f => f with { ReceivedAt = DateTimeOffset.Parse(receivedAt, CultureInfo.InvariantCulture) }));

        Assert.Equal((DateOnly.Parse(day, CultureInfo.InvariantCulture), quarter), (fact.ReceivedOn, fact.Quarter));
    }

    [Theory]
    [InlineData(Directions.MunicipalityToTrust, StatisticsService.Hamar, StatisticsService.InnlandetTrust, "3403", "hamarregionen")]
    [InlineData(Directions.TrustToMunicipality, StatisticsService.InnlandetTrust, "940155223", "3407", "gjovik-hadeland")]
    [InlineData(Directions.MunicipalityToMunicipality, StatisticsService.Hamar, "940155223", "3407", "gjovik-hadeland")]
    [InlineData(null, StatisticsService.InnlandetTrust, StatisticsService.InnlandetTrust, null, null)]
    // Of another community: its regions and municipalities are not in this one's figures.
    [InlineData(Directions.TrustToMunicipality, StatisticsService.InnlandetTrust, "972418013", null, null)]
    // Not in the directory of this build.
    [InlineData(Directions.MunicipalityToTrust, "999999999", StatisticsService.InnlandetTrust, null, null)]
    public void Municipality_and_region_are_those_of_the_municipal_party(string? direction, string reporter, string respondent, string? municipality,
        string? region)
    {
        var fact = Fact.Of(Given.Case(f => f with { Direction = direction, ReporterOrganization = reporter, RespondentOrganization = respondent }));

        Assert.Equal((municipality, region), (fact.Municipality, fact.Region));
    }

    [Theory]
    [InlineData(new string[0], "")]
    [InlineData(new[] { "frailElderly" }, ",frailElderly,")]
    [InlineData(new[] { "maternity", "frailElderly", "maternity" }, ",frailElderly,maternity,")]
    public void Patient_groups_are_sorted_and_distinct(string[] groups, string stored) =>
        Assert.Equal(stored, Fact.Of(Given.Case(f => f with { PatientGroups = groups })).PatientGroups);

    [Theory]
    [InlineData(0.049, 0)]
    [InlineData(0.05, 1)]
    [InlineData(3, 30)]
    [InlineData(3.249, 32)]
    [InlineData(21, 210)]
    public void Answer_time_is_in_tenths_of_days(double days, int tenths) => Assert.Equal(tenths, Fact.Of(Given.Case(answeredAfterDays: days))
        .AnswerTenthsOfDays);

    [Fact]
    public void Answer_is_in_time_until_the_moment_it_is_due()
    {
        var answered = Given.Case(answeredAfterDays: 21);

        Assert.True(Fact.Of(answered).InTime);
        Assert.False(Fact.Of(answered with { DueAt = answered.DueAt!.Value.AddMilliseconds(-1) }).InTime);
    }

    [Fact]
    public void Unanswered_fact_has_no_answer_time_and_is_not_in_time()
    {
        var fact = Fact.Of(Given.Case());

        Assert.Null(fact.AnswerTenthsOfDays);
        Assert.False(fact.InTime);
    }

    [Fact]
    public void Fact_is_open_until_a_final_state()
    {
        var closed = Vocabulary.CaseStates.Keys.Where(state => !Fact.Of(Given.Case(state: state)).IsOpen);

        Assert.Equal(["closed", "duplicate", "enteredInError", "rejected", "withdrawn"], closed.Order(StringComparer.Ordinal));
    }
}
