using Avvik.Storage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.TextProtection;

/// <summary>A passage of a deviation's texts that was struck, and by whom and why; never what it said. Texts that arrive later are struck too.</summary>
public sealed class Redaction
{
    /// <summary>Whose texts.</summary>
    public Guid DeviationId { get; init; }
    /// <summary>From 1 for each deviation.</summary>
    public int Number { get; init; }
    /// <summary>When it was struck.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>Party of whoever struck it.</summary>
    public required string Organization { get; init; }
    /// <summary>Who struck it; only where it was asked for.</summary>
    public string? Subject { get; init; }
    /// <summary>Why, sealed; only where it was asked for.</summary>
    public string? Reason { get; init; }
    /// <summary>How many words the passage has.</summary>
    public int Words { get; init; }
    /// <summary>Keyed print of the words (<see cref="Passage.Print"/>).</summary>
    public required string Print { get; init; }
}

/// <summary>The table <c>redactions</c> of each service that stores texts.</summary>
public static class Redactions
{
    /// <summary>Adds the table.</summary>
    public static void AddRedactions(this ModelBuilder model) => model.Entity<Redaction>(e =>
    {
        e.ToTable("redactions");
        e.HasKey(r => new { r.DeviationId, r.Number });
    });

    /// <summary>What has been struck from a deviation's texts.</summary>
    public static Task<List<Passage>> PassagesAsync<TDb>(this UnitOfWork<TDb> unit, Guid deviation) where TDb : DbContext =>
        unit.Sql.QueryAsync("select words, print from redactions where deviation_id = @p1", r => new Passage(r.GetInt32(0), r.GetString(1)), deviation);
}
