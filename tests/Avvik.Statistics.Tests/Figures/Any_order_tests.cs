using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Routing;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using FsCheck;
using FsCheck.Fluent;

namespace Avvik.Statistics.Tests.Figures;

[Collection(nameof(StatisticsServices))]
public sealed class Any_order_tests(StatisticsServices services)
{
    // A failure prints the seed; Config.Replay takes it.
    private static readonly Config Runs = Config.QuickThrowOnFailure.WithMaxTest(60);

    [Fact]
    public Task Figures_are_those_of_a_recount_whatever_the_order_and_repetition_of_events() =>
        Task.Run(() => Check.One(Runs, Prop.ForAll(Arb.From(Deliveries), (Func<Delivery, Task>)HoldsAsync)));

    private async Task HoldsAsync(Delivery delivery)
    {
        var expected = JsonSerializer.Serialize(Recount.Of(delivery.Ordered, delivery.From, delivery.To, delivery.By, delivery.Filters),
            StatisticsJson.Default.StatisticsAnswer);
        var query = delivery.Filters.SelectMany(f => f, (f, value) => $"{f.Key}={value}")
            .Prepend($"from={delivery.From:yyyy-MM-dd}&to={delivery.To:yyyy-MM-dd}&by={string.Join(',', delivery.By)}");
        async Task<string> AskAsync(StatisticsService service) => JsonSerializer.Serialize(await service.AskAsync(string.Join('&', query),
            StatisticsService.InnlandetTrust), StatisticsJson.Default.StatisticsAnswer);

        foreach (var provider in new[] { DatabaseProvider.Sqlite, DatabaseProvider.Postgres })
        {
            var service = await services.EmptyAsync(provider);
            await service.ReceiveAsync(delivery.Ordered);
            var facts = await service.FactsAsync();
            service.Clock.Advance(StatisticsService.Now - service.Clock.GetUtcNow());
            Assert.Equal(expected, await AskAsync(service));

            await service.EmptyAsync();
            foreach (var page in delivery.Disordered.Chunk(delivery.PageSize)) await service.ReceiveAsync(page);
            Assert.Equal(facts, await service.FactsAsync());
            Assert.Equal(expected, await AskAsync(service));
        }
    }

    /// <summary>Cases from their first event to their last, and the same events as they may arrive.</summary>
    private sealed record Delivery(CaseChanged[] Ordered, (Guid MessageId, CaseChanged Event)[] Disordered, int PageSize, DateOnly From, DateOnly To,
        string[] By, ILookup<string, string> Filters)
    {
        public override string ToString() => JsonSerializer.Serialize(new
        {
            Ordered,
            Arrival = Disordered.Select(d => Array.IndexOf(Ordered, d.Event)),
            PageSize,
            From,
            To,
            By,
            Filters = Filters.SelectMany(f => f, (f, v) => $"{f.Key}={v}"),
        });
    }

    private static readonly DateTimeOffset Start = new(2026, 5, 20, 0, 0, 0, TimeSpan.Zero);
    // Days after the start: 1 July, which comes two hours earlier to Norway than to UTC.
    private const int NewQuarter = 42;
    private static readonly string[] Municipalities = [StatisticsService.Hamar, StatisticsService.Ringsaker, "940155223"];

    private static readonly Gen<(string? Direction, string Reporter, string Respondent)> Parties =
        from here in Gen.Elements(Municipalities)
        from there in Gen.Elements(Municipalities)
        from parties in Gen.Elements<(string?, string, string)>(
            (Directions.MunicipalityToTrust, here, StatisticsService.InnlandetTrust), (Directions.TrustToMunicipality, StatisticsService.InnlandetTrust, here),
            (Directions.MunicipalityToMunicipality, here, there), (null, StatisticsService.InnlandetTrust, StatisticsService.InnlandetTrust))
        select parties;

    // What does not change in the life of a case. Half are received over four months, half in the hours around the turn of a quarter.
    private static readonly Gen<CaseChanged> Cases =
        from parties in Parties
        from minute in Gen.OneOf(Gen.Choose(0, 120 * 24 * 60), Gen.Choose((NewQuarter * 24 - 4) * 60, NewQuarter * 24 * 60))
        from kind in Gen.Elements("incident", "nearMiss", "goodPractice", "improvement")
        from community in Gen.Frequency((9, Gen.Constant("innlandet")), (1, Gen.Constant("lofoten-vesteralen-salten")))
        select Given.Case(f => f with
        {
            Community = community,
            Direction = parties.Direction,
            ReporterOrganization = parties.Reporter,
            RespondentOrganization = parties.Respondent,
            Kind = kind,
            ReceivedAt = Start.AddMinutes(minute),
        });

    private static Gen<CaseChanged> Changed(CaseChanged @case, int version) =>
        from state in Gen.Elements(Vocabulary.CaseStates.Keys.Order(StringComparer.Ordinal).ToArray())
        from unit in Gen.Elements(null, "si-tynset", "3403-tildeling")
        from category in Gen.Elements(null, "medication", "discharge")
        from clause in Gen.Elements(null, "2", "5", "10")
        from groups in Gen.SubListOf("maternity", "frailElderly", "childrenAndYouth", "frailElderly")
        from harm in Gen.Elements("none", "mild", "unknown")
        from causes in Gen.SubListOf("capacity", "agreementUnclear", "communication", "capacity")
        from agreement in Gen.Elements(null, "innlandet-2019", "innlandet-2024")
        from hops in Gen.Choose(0, 3)
        from times in Gen.Choose(0, 2)
        from measure in Gen.Elements("planned", "inProgress", "done", "effectChecked", "cancelled")
        from due in Gen.Elements<int?>(null, 10, 21)
        from answered in Gen.OneOf(Gen.Constant((int?)null), Gen.Choose(0, 40 * 24 * 60).Select(m => (int?)m))
        select @case with
        {
            Version = version,
            State = state,
            Unit = unit,
            Facts = @case.Facts with { Category = category, Clause = clause, PatientGroups = [.. groups], ActualHarm = harm, Agreement = agreement },
            DueAt = due is { } days ? @case.Facts.ReceivedAt.AddDays(days) : null,
            AnsweredAt = answered is { } minutes ? @case.Facts.ReceivedAt.AddMinutes(minutes) : null,
            Hops = hops,
            UnitHops = hops == 0 ? null : [.. Enumerable.Range(0, hops).Select(hop => hop % 2 == 0
                ? new UnitHop("si-tynset", "si-habilitering") : new("si-habilitering", "si-tynset"))],
            ContributingFactors = causes.Count == 0 ? null : [.. causes],
            Disputes = times,
            Reopenings = times / 2,
            Measures = [new(Guid.CreateVersion7(), measure, new(2026, 10, 1), null)],
        };

    private static readonly Gen<CaseChanged[]> Lives =
        from @case in Cases
        from length in Gen.Choose(1, 5)
        from life in Gen.CollectToArray(Enumerable.Range(1, length), version => Changed(@case, version))
        select life;

    private static readonly Gen<Delivery> Deliveries =
        from count in Gen.Choose(0, 30)
        from lives in Gen.ArrayOf(Lives, count)
        let ordered = lives.SelectMany(l => l).ToArray()
        // Again under its own id, as a broker redelivers, and under another, as a publisher that lost its memory would.
        let sent = ordered.Select(e => (Guid.CreateVersion7(), e)).ToArray()
        from redelivered in Gen.SubListOf(sent)
        from repeated in Gen.SubListOf(ordered)
        from arriving in Gen.Shuffle([.. sent, .. redelivered, .. repeated.Select(e => (Guid.CreateVersion7(), e))])
        from pageSize in Gen.Choose(1, 64)
        from day in Gen.OneOf(Gen.Choose(0, 100), Gen.Constant(NewQuarter))
        from days in Gen.Choose(0, 120)
        from named in Gen.SubListOf(Dimension.All.Select(d => d.Name))
        from dimensions in Gen.Shuffle(named.ToArray())
        from filtered in Gen.SubListOf(Dimension.All.Skip(1).Select(d => d.Name).Where(_ => ordered.Length > 0))
        from filters in Gen.CollectToArray(filtered.Take(2), name => Gen.SubListOf(ordered.SelectMany(e => Recount.Values(name, e)).OfType<string>()
            .Distinct()).Select(values => (name, values)))
        let first = DateOnly.FromDateTime(Start.UtcDateTime).AddDays(day)
        select new Delivery(ordered, arriving, pageSize, first, first.AddDays(days), [.. dimensions.Take(4)],
            filters.SelectMany(f => f.values, (f, value) => (f.name, value)).ToLookup(f => f.name, f => f.value));
}
