using System.Collections.Frozen;
using Avvik.Routing.RoutingRules;
using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Routing.Persistence;

/// <summary>Every party's rules as this process knows them now.</summary>
internal sealed class CurrentRules
{
    private (int Version, FrozenDictionary<string, PartyRules> ByParty) _now = (1, FrozenDictionary<string, PartyRules>.Empty);

    /// <summary>The rules in force for a party.</summary>
    public PartyRules Of(string organization) => _now.ByParty.GetValueOrDefault(organization, PartyRules.None);

    public async Task RefreshAsync(RoutingDbContext db, CancellationToken ct)
    {
        var newest = await db.RuleSets.MaxAsync(r => (int?)r.Version, ct) ?? 1;
        if (newest <= _now.Version) return;
        var latest = await db.RuleSets.GroupBy(r => r.Organization).Select(g => g.Max(r => r.Version)).ToListAsync(ct);
        var sets = await db.RuleSets.Where(r => latest.Contains(r.Version)).ToListAsync(ct);
        _now = (newest, sets.ToFrozenDictionary(r => r.Organization, r => new PartyRules(r.Version, r.Rules), StringComparer.Ordinal));
    }
}

/// <summary>Keeps <see cref="CurrentRules"/> within a few seconds of what any instance has set.</summary>
internal sealed class RulesRefresh(CurrentRules rules, IDbContextFactory<RoutingDbContext> databases, TimeProvider clock, ILogger<RulesRefresh> log)
    : PeriodicService(TimeSpan.FromSeconds(2), clock, log)
{
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first event: what was set yesterday holds from the start.
        await TryAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task DoAsync(CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await rules.RefreshAsync(db, ct);
    }
}
