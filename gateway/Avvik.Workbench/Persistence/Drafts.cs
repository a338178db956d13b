using System.Text.Json;
using Avvik.Storage;
using Avvik.Workbench.Access;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Workbench.Persistence;

/// <summary>What <see cref="Me.Key"/> has typed and not sent: sealed, for seven days, so that neither a dropped connection nor a timeout loses it.</summary>
internal sealed class Drafts(
    IDbContextFactory<WorkbenchDbContext> databases, Writer<WorkbenchDbContext> writer, BrowserSeal seal, TimeProvider clock, string owner)
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <param name="form">Which form, and of what: <c>report</c>, <c>answer/0198…</c>.</param>
    /// <param name="ct">Cancelled with the request.</param>
    public async Task<(T Content, DateTimeOffset SavedAt)?> FindAsync<T>(string form, CancellationToken ct) where T : class
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var record = await db.Drafts.SingleOrDefaultAsync(d => d.Owner == owner && d.Form == form && d.ExpiresAt > now, ct);
        return record is null ? null :
            (JsonSerializer.Deserialize<T>(seal.Open(record.SealedContent, Place(form)), JsonSerializerOptions.Web)!, record.SavedAt);
    }

    public async Task SaveAsync<T>(string form, T content, CancellationToken ct) where T : class
    {
        var now = clock.GetUtcNow();
        var record = new DraftRecord
        {
            Owner = owner,
            Form = form,
            SealedContent = seal.Seal(JsonSerializer.SerializeToUtf8Bytes(content, JsonSerializerOptions.Web), Place(form)),
            SavedAt = now,
            ExpiresAt = now + Life,
        };
        await writer.WriteAsync(async unit =>
        {
            await unit.Db.Drafts.Where(d => (d.Owner == record.Owner && d.Form == form) || d.ExpiresAt < now).ExecuteDeleteAsync();
            unit.Db.Drafts.Add(record);
            return true;
        }, ct);
    }

    public async Task DeleteAsync(string form, CancellationToken ct)
    {
        await writer.WriteAsync(unit => unit.Db.Drafts.Where(d => d.Owner == owner && d.Form == form).ExecuteDeleteAsync(), ct);
    }

    private string Place(string form) => $"draft/{owner}/{form}";
}

/// <summary>What somebody has chosen and is to find again: saved views, parties last used. Never text about a deviation.</summary>
internal sealed class Preferences(IDbContextFactory<WorkbenchDbContext> databases, Writer<WorkbenchDbContext> writer, Me me)
{
    public async Task<T?> FindAsync<T>(string name, CancellationToken ct) where T : class
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var owner = me.Key;
        return await db.Preferences.Where(p => p.Owner == owner && p.Name == name).Select(p => p.Value).SingleOrDefaultAsync(ct) is { } value
            ? JsonSerializer.Deserialize<T>(value, JsonSerializerOptions.Web)
            : null;
    }

    public async Task SaveAsync<T>(string name, T value, CancellationToken ct) where T : class
    {
        var record = new PreferenceRecord { Owner = me.Key, Name = name, Value = JsonSerializer.Serialize(value, JsonSerializerOptions.Web) };
        await writer.WriteAsync(async unit =>
        {
            await unit.Db.Preferences.Where(p => p.Owner == record.Owner && p.Name == name).ExecuteDeleteAsync();
            unit.Db.Preferences.Add(record);
            return true;
        }, ct);
    }
}
