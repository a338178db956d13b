using System.Text.Json;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Contracts.Routing;
using Avvik.Contracts.Triage;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging.Operations;

/// <summary>Looks up the organisation numbers of a deviation's parties; null when this service does not have the deviation.</summary>
public delegate Task<string[]?> FindParties<in TDb>(TDb db, Guid deviationId, CancellationToken ct) where TDb : DbContext;

/// <summary>
/// Whose business a parked message is: both parties' of the deviation that it is about. A message that is about none, or that cannot be read, is the business
/// of every administrator.
/// </summary>
internal sealed class ParkedMessageParties<TDb>(IDbContextFactory<TDb> databases, FindParties<TDb>? find) where TDb : DbContext
{
    /// <summary>Whether an administrator of the organisation may see and resolve the message.</summary>
    public async Task<bool> ConcernsAsync(Guid id, string organization, CancellationToken ct)
    {
        var found = await databases.ReadAsync(
            """
            select type, body from outbox_message where message_id = @p1 and parked_at is not null
            union all select type, body from parked_message where id = @p1 and resolved_at is null
            """, r => (Type: r.GetString(0), Body: r.GetFieldValue<byte[]>(1)), ct, id);
        if (found is not [var (type, body), ..]) return false;
        await using var db = await databases.CreateDbContextAsync(ct);
        var parties = new List<string>();
        foreach (var (name, json) in EventsIn(type, body))
        {
            var of = await PartiesOfAsync(db, name, json, ct);
            if (of is not { Length: > 0 }) return true;
            parties.AddRange(of);
        }
        // A forged page could name parties that do not exist, so that nobody sees it.
        return !parties.Exists(p => HealthCommunities.Party(p) is not null) || parties.Contains(organization);
    }

    private async Task<string[]?> PartiesOfAsync(TDb db, string type, byte[] json, CancellationToken ct)
    {
        object? message = null;
        try { message = MessageCatalog.Find(type) is { } entry ? JsonSerializer.Deserialize(json, entry.Json) : null; }
        catch (JsonException) { }
        return message switch
        {
            DeviationSubmitted e => Of(e.Facts),
            DeviationTriaged e => Of(e.Facts),
            CaseChanged e => Of(e.Facts),
            FactsCorrected e => Of(e.Facts),
            CaseReopened e => Of(e.Case.Facts),
            CaseSnapshotPublished e => Of(e.Case.Facts),
            RoleAssignmentChanged e => [e.Assignment.OrganizationNumber],
            DeviationMerged e => [e.ReporterOrganization, .. await FindAsync(e.MainCase) ?? []],
            ICaseEvent e => await FindAsync(e.DeviationId),
            _ => null,
        };

        static string[] Of(DeviationFacts facts) => [facts.ReporterOrganization, facts.RespondentOrganization];
        Task<string[]?> FindAsync(Guid deviation) => find is null ? Task.FromResult<string[]?>(null) : find(db, deviation, ct);
    }

    /// <summary>The event itself, or those of a page that was parked whole, in MassTransit's envelope.</summary>
    private static IEnumerable<(string Type, byte[] Body)> EventsIn(string type, byte[] body)
    {
        if (MessageCatalog.Find(type) is not null) return [(type, body)];
        JsonElement json;
        try { json = JsonElement.Parse(body); }
        catch (JsonException) { return [("", [])]; }
        return Member(Member(json, "message"), "events") is { ValueKind: JsonValueKind.Array } events && events.GetArrayLength() > 0
            ? [.. events.EnumerateArray().Select(e => (NameOf(Member(e, "type")), BodyOf(Member(e, "body"))))]
            : [("", [])];

        static string NameOf(JsonElement type) => type.ValueKind == JsonValueKind.String ? type.GetString()! : "";
        static byte[] BodyOf(JsonElement body) => body.ValueKind == JsonValueKind.String && body.TryGetBytesFromBase64(out var bytes) ? bytes : [];
    }

    private static JsonElement Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : default;
}
