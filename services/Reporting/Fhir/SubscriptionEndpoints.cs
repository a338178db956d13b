using Avvik.AccessLog;
using Avvik.Contracts;
using Avvik.Fhir;
using Avvik.Hosting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.Persistence;
using Avvik.Reporting.Webhooks;
using Hl7.Fhir.Model;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Reporting.Fhir;

/// <summary>
/// Subscriptions to changes of cases (Task), as R4 has them: rest-hook and without a payload. They are sent as webhooks are, by the same rules.
/// </summary>
internal static class SubscriptionEndpoints
{
    private const string Kind = WebhookRecord.Subscription;

    public static void MapSubscriptions(this RouteGroupBuilder fhir)
    {
        var subscriptions = fhir.MapGroup("/Subscription").RequireAuthorization(Policies.Integration).LogAdministration<ReportingDbContext>();
        subscriptions.MapPost("", CreateAsync).WithParameters();
        subscriptions.MapGet("", SearchAsync).WithParameters();
        subscriptions.MapGet("/{id:guid}", GetAsync).WithParameters();
        subscriptions.MapPut("/{id:guid}", UpdateAsync).WithParameters();
        subscriptions.MapDelete("/{id:guid}", DeleteAsync).WithParameters();
    }

    private static async Task<IResult> CreateAsync(HttpContext http, Caller caller, WebhookTargets targets, Writer<ReportingDbContext> writer,
        TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        var (settings, isOn, problem) = await ReadAsync(http, targets, isNew: true);
        if (settings is null) return problem!;
        var now = clock.GetUtcNow();
        if (await writer.WriteAsync(unit => unit.AddWebhookAsync(caller, Kind, settings.Seal(texts), null, isOn, now), ct) is not { } added)
            return Problem.Conflict(ProblemCodes.TooManyWebhooks);
        return new FhirAnswer(SubscriptionMap.Write(added, settings, caller), StatusCodes.Status201Created)
        {
            Location = $"/fhir/Subscription/{added.Id}",
            IsWritten = true,
        };
    }

    private static async Task<IResult> GetAsync(Guid id, Caller caller, ReportingDbContext db, TextProtector texts, CancellationToken ct) =>
        await db.Webhooks.Of(caller, Kind).FirstOrDefaultAsync(w => w.Id == id, ct) is { } row
            ? new FhirAnswer(SubscriptionMap.Write(row, WebhookSettings.Open(row.Settings, texts), caller)) : Problem.NotFound();

    private static async Task<IResult> SearchAsync(HttpContext http, Caller caller, ReportingDbContext db, TextProtector texts, CancellationToken ct)
    {
        // A party has at most some dozens, so that one page holds them.
        var rows = await db.Webhooks.Of(caller, Kind).OrderBy(w => w.CreatedAt).ThenBy(w => w.Id).ToListAsync(ct);
        return new FhirAnswer(FhirSearch.Page("Subscription", http.Request,
            rows.Select(r => SubscriptionMap.Write(r, WebhookSettings.Open(r.Settings, texts), caller)), null));
    }

    private static async Task<IResult> UpdateAsync(Guid id, HttpContext http, Caller caller, WebhookTargets targets, Writer<ReportingDbContext> writer,
        TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        var (settings, isOn, problem) = await ReadAsync(http, targets, isNew: false);
        if (settings is null) return problem!;
        var (changed, refusal) = await writer.WriteAsync<(WebhookRecord?, Problem?)>(async unit =>
        {
            if (await unit.LockWebhookAsync(id, caller, Kind) is not { } subscription) return (null, Problem.NotFound());
            if (IfMatch.Check(http.Request, subscription.Version) is { } stale) return (null, stale);
            var now = clock.GetUtcNow();
            subscription.Settings = settings.Seal(texts);
            subscription.Resume(isOn, now);
            await unit.SaveWebhookAsync(subscription, now);
            return (subscription, null);
        }, ct);
        return changed is null ? refusal! : new FhirAnswer(SubscriptionMap.Write(changed, settings, caller)) { IsWritten = true };
    }

    private static async Task<IResult> DeleteAsync(Guid id, Caller caller, Writer<ReportingDbContext> writer, CancellationToken ct) =>
        await writer.WriteAsync(unit => unit.RemoveWebhookAsync(id, caller, Kind), ct) ? TypedResults.NoContent() : Problem.NotFound();

    private static async Task<(WebhookSettings? Settings, bool IsOn, Problem? Problem)> ReadAsync(HttpContext http, WebhookTargets targets, bool isNew)
    {
        var (resource, reader, problem) = await FhirBody.ReadAsync<Subscription>(http.Request);
        if (resource is null) return (null, false, problem);
        var (settings, isOn) = SubscriptionMap.Read(resource, reader!, targets, isNew);
        return reader!.Errors.Any ? (null, false, Problem.Invalid(reader.Errors)) : (settings, isOn, null);
    }
}
