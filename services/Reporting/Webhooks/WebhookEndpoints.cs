using System.Globalization;
using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Lists;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Reporting.ChangeFeed;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Webhooks;

internal static class WebhookEndpoints
{
    private const string Beginning = "beginning", Latest = "latest";

    public static RouteGroupBuilder MapWebhooks(this RouteGroupBuilder webhooks)
    {
        webhooks.MapGet("", ListAsync).WithName("ListWebhooks")
            .WithSummary("Webhooks that the caller's software has registered; an administrator sees all");
        webhooks.MapPost("", RegisterAsync).WithName("RegisterWebhook").WithSummary("Have changes posted to an address, as Standard Webhooks describes")
            .WithDescription("""
                From now on each change that the change feed has for the caller is posted to the address, oldest first, one at a time: type
                «deviation.changed», and in «data» the line of the feed. It is signed (webhook-id, webhook-timestamp, webhook-signature) with the secret that
                this answer alone has. A 2xx within 15 seconds is a delivery. Anything else is repeated for three days with growing pauses (or the one that
                Retry-After asks for), then the webhook is disabled; 410 disables it at once. Nothing is lost: enabled again, it continues where it stopped.
                A change may be sent more than once, always under the same webhook-id, which is its cursor in the feed.
                """)
            .Accepts<WebhookChange>("application/json").ProducesProblem(400).ProducesProblem(409).ProducesProblem(422);
        webhooks.MapGet("/{id:guid}", GetAsync).WithName("GetWebhook").WithSummary("A webhook, with how its deliveries go").ProducesProblem(404);
        webhooks.MapPut("/{id:guid}", ChangeAsync).WithName("ChangeWebhook")
            .WithSummary("Change a webhook, or enable it again: it continues where it stopped; needs If-Match with the webhook's ETag")
            .Accepts<WebhookChange>("application/json").ProducesProblem(400).ProducesProblem(404).ProducesProblem(412).ProducesProblem(422)
            .ProducesProblem(428);
        webhooks.MapDelete("/{id:guid}", DeleteAsync).WithName("DeleteWebhook").WithSummary("Delete a webhook").ProducesProblem(404);
        webhooks.MapPost("/{id:guid}/replay", ReplayAsync).WithName("ReplayWebhook").WithSummary("Send again what follows a cursor of the change feed")
            .Accepts<ReplayWebhook>("application/json").ProducesProblem(400).ProducesProblem(404);
        webhooks.MapPost("/{id:guid}/rotate", RotateAsync).WithName("RotateWebhookSecret")
            .WithSummary("A new signing secret; for a day the earlier one signs, too; needs If-Match with the webhook's ETag")
            .ProducesProblem(404).ProducesProblem(412).ProducesProblem(428);
        webhooks.MapPost("/{id:guid}/test", TestAsync).WithName("TestWebhook").WithSummary("Post a test message, and say how that went").ProducesProblem(404);
        return webhooks;
    }

    private static async Task<Ok<Page<Webhook>>> ListAsync(Caller caller, ReportingDbContext db, TextProtector texts, PositionCursor cursors,
        TimeProvider clock, CancellationToken ct)
    {
        var rows = await db.Webhooks.Of(caller, WebhookRecord.Webhook).OrderBy(w => w.CreatedAt).ThenBy(w => w.Id).ToListAsync(ct);
        return TypedResults.Ok(new Page<Webhook>([.. rows.Select(w => View(w, texts, cursors, clock))], null));
    }

    private static async Task<Results<Created<Webhook>, Problem>> RegisterAsync(HttpContext http, Caller caller, WebhookTargets targets,
        CurrentDirectory directory, Writer<ReportingDbContext> writer, TextProtector texts, PositionCursor cursors, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await ReadAsync(http, caller, targets, directory);
        if (body is null) return problem!;
        var settings = new WebhookSettings(body.Url!) { Secrets = [WebhookSettings.NewSecret()] };
        var now = clock.GetUtcNow();
        if (await writer.WriteAsync(unit => unit.AddWebhookAsync(caller, WebhookRecord.Webhook, settings.Seal(texts),
            body.ReportingUnit, body.Enabled != false, now), ct) is not { } added) return Problem.Conflict(ProblemCodes.TooManyWebhooks);
        return TypedResults.Created($"/api/v1/webhooks/{added.Id}", Answer(http, added, texts, cursors, clock, withSecret: true));
    }

    private static async Task<Results<Ok<Webhook>, Problem>> GetAsync(Guid id, HttpContext http, Caller caller, ReportingDbContext db, TextProtector texts,
        PositionCursor cursors, TimeProvider clock, CancellationToken ct) =>
        await db.Webhooks.Of(caller, WebhookRecord.Webhook).FirstOrDefaultAsync(w => w.Id == id, ct) is { } row
            ? TypedResults.Ok(Answer(http, row, texts, cursors, clock)) : Problem.NotFound();

    private static async Task<Results<Ok<Webhook>, Problem>> ChangeAsync(Guid id, HttpContext http, Caller caller, WebhookTargets targets,
        CurrentDirectory directory, Writer<ReportingDbContext> writer, TextProtector texts, PositionCursor cursors, TimeProvider clock, CancellationToken ct)
    {
        var (body, problem) = await ReadAsync(http, caller, targets, directory);
        if (body is null) return problem!;
        return await UpdateAsync(id, http, caller, writer, texts, cursors, clock, needsVersion: true, (webhook, settings, now) =>
        {
            webhook.Settings = (settings with { Url = body.Url! }).Seal(texts);
            webhook.ReportingUnit = body.ReportingUnit;
            webhook.Resume(body.Enabled != false, now);
        }, ct);
    }

    private static Task<Results<Ok<Webhook>, Problem>> RotateAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        TextProtector texts, PositionCursor cursors, IOptions<WebhookOptions> options, TimeProvider clock, CancellationToken ct) =>
        UpdateAsync(id, http, caller, writer, texts, cursors, clock, needsVersion: true,
            (webhook, settings, now) => webhook.Settings = settings.Rotated(now, now.AddHours(options.Value.SecretOverlapHours)).Seal(texts), ct,
            withSecret: true);

    private static async Task<Results<Ok<Webhook>, Problem>> ReplayAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        NewestChange newest, TextProtector texts, PositionCursor cursors, TimeProvider clock, CancellationToken ct)
    {
        long position = 0;
        var (body, problem) = await StrictJson.ReadAsync<ReplayWebhook>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Cursor is null) errors.Add("/cursor", FieldCodes.Required);
            else if (b.Cursor is not (Beginning or Latest)) position = cursors.Read(b.Cursor, caller.Organization, errors) ?? 0;
        });
        if (body is null) return problem!;
        if (body.Cursor == Latest) position = await newest.PositionAsync(ct);
        return await UpdateAsync(id, http, caller, writer, texts, cursors, clock, needsVersion: false, (webhook, _, now) =>
        {
            webhook.Position = position;
            webhook.Resume(webhook.DisabledCode is null, now);
        }, ct);
    }

    private static async Task<Results<NoContent, Problem>> DeleteAsync(Guid id, Caller caller, Writer<ReportingDbContext> writer, CancellationToken ct) =>
        await writer.WriteAsync(unit => unit.RemoveWebhookAsync(id, caller, WebhookRecord.Webhook), ct) ? TypedResults.NoContent() : Problem.NotFound();

    private static async Task<Results<Ok<WebhookTest>, Problem>> TestAsync(Guid id, Caller caller, ReportingDbContext db, WebhookSender sender,
        TextProtector texts, TimeProvider clock, CancellationToken ct)
    {
        if (await db.Webhooks.Of(caller, WebhookRecord.Webhook).FirstOrDefaultAsync(w => w.Id == id, ct) is not { } webhook) return Problem.NotFound();
        if (WebhookSettings.Open(webhook.Settings, texts) is not { } settings) return TypedResults.Ok(new WebhookTest(false, "unreadable"));
        var outcome = await sender.SendAsync(settings, $"test-{Guid.CreateVersion7():N}", new WebhookEvent("webhook.test", clock.GetUtcNow(), null));
        return TypedResults.Ok(new WebhookTest(outcome.Code is null, outcome.Code));
    }

    private static Task<(WebhookChange?, Problem?)> ReadAsync(HttpContext http, Caller caller, WebhookTargets targets, CurrentDirectory directory) =>
        StrictJson.ReadAsync<WebhookChange>(http.Request, ClientJson.Default, (b, errors) =>
        {
            targets.Check(b.Url, "/url", errors);
            if (b.ReportingUnit is not null && directory.Now.Party(caller.Organization)?.Unit(b.ReportingUnit) is null)
                errors.Add("/reportingUnit", FieldCodes.UnknownUnit);
        });

    private static async Task<Results<Ok<Webhook>, Problem>> UpdateAsync(Guid id, HttpContext http, Caller caller, Writer<ReportingDbContext> writer,
        TextProtector texts, PositionCursor cursors, TimeProvider clock, bool needsVersion, Action<WebhookRecord, WebhookSettings, DateTimeOffset> change,
        CancellationToken ct, bool withSecret = false)
    {
        var (changed, refusal) = await writer.WriteAsync<(WebhookRecord?, Problem?)>(async unit =>
        {
            if (await unit.LockWebhookAsync(id, caller, WebhookRecord.Webhook) is not { } webhook) return (null, Problem.NotFound());
            if (needsVersion && IfMatch.Check(http.Request, webhook.Version) is { } stale) return (null, stale);
            var now = clock.GetUtcNow();
            change(webhook, WebhookSettings.Open(webhook.Settings, texts) ?? new("") { Secrets = [WebhookSettings.NewSecret()] }, now);
            await unit.SaveWebhookAsync(webhook, now);
            return (webhook, null);
        }, ct);
        return changed is null ? refusal! : TypedResults.Ok(Answer(http, changed, texts, cursors, clock, withSecret));
    }

    private static Webhook Answer(HttpContext http, WebhookRecord w, TextProtector texts, PositionCursor cursors, TimeProvider clock, bool withSecret = false)
    {
        http.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{w.Version}\"");
        if (withSecret) http.Response.Headers.CacheControl = "no-store";
        return View(w, texts, cursors, clock, withSecret);
    }

    private static Webhook View(WebhookRecord w, TextProtector texts, PositionCursor cursors, TimeProvider clock, bool withSecret = false)
    {
        var (settings, now) = (WebhookSettings.Open(w.Settings, texts), clock.GetUtcNow());
        return new()
        {
            Id = w.Id,
            Version = w.Version,
            Url = settings?.Url ?? Texts.Message("unreadableText"),
            ReportingUnit = w.ReportingUnit,
            State = w.DisabledCode is not null ? "disabled" : w.FailingSince is not null ? "failing" : "active",
            Cursor = cursors.Of(w.Position, w.Organization),
            DeliveredAt = w.DeliveredAt,
            Failure = w is { FailingSince: { } since, FailureCode: { } code }
                ? new(code, since, w.Attempts, w.DisabledCode is null ? w.NextDueAt : null) : null,
            EarlierSecretUntil = settings?.Secrets.Where(s => s.Until > now).Max(s => s.Until),
            Secret = withSecret ? settings?.Secrets[0].Value : null,
        };
    }
}
