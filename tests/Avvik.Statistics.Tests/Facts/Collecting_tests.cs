using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Statistics.Facts;
using Avvik.Testing;

namespace Avvik.Statistics.Tests.Facts;

[Collection(nameof(StatisticsServices))]
public sealed class Collecting_tests(StatisticsServices services)
{
    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Fact_reads_back_as_it_was_stored(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        var answered = Given.Case(f => f with { PatientGroups = ["maternity", "frailElderly"] }, answeredAfterDays: 3.5) with { Hops = 2 };
        // Nothing but what must be there.
        var bare = Given.Case(f => f with { Direction = null, Category = null, Clause = null }) with { Unit = null, DueAt = null };

        await service.ReceiveAsync(answered, bare);

        Assert.Equal(new[] { Fact.Of(answered), Fact.Of(bare) }.OrderBy(f => f.DeviationId), await service.FactsAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Older_event_changes_nothing(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        var closed = Given.Case(state: CaseStates.Closed) with { Version = 7 };
        await service.ReceiveAsync(closed);

        await service.ReceiveAsync(closed with { Version = 6, State = CaseStates.InProgress, Hops = 1 });

        Assert.Equal([Fact.Of(closed)], await service.FactsAsync());
    }

    [Theory, MemberData(nameof(Databases.All), MemberType = typeof(Databases))]
    public async Task Newer_event_replaces_the_fact(DatabaseProvider provider)
    {
        var service = await services.EmptyAsync(provider);
        var first = Given.Case(f => f with { PatientGroups = ["maternity"] }, answeredAfterDays: 30);
        var second = Given.Case() with { DeviationId = first.DeviationId, Version = 2, Unit = "si-habilitering", DueAt = null };
        await service.ReceiveAsync(first);

        await service.ReceiveAsync(second);

        Assert.Equal([Fact.Of(second)], await service.FactsAsync());
    }
}
