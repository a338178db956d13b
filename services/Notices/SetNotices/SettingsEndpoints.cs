using Avvik.CareDirectories;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Contracts.Reporting;
using Avvik.Hosting.Callers;
using Avvik.Hosting.FreeTexts;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.Notices.Persistence;
using Avvik.Notices.ReadNotices;
using Avvik.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Notices.SetNotices;

internal static class SettingsEndpoints
{
    private const int MaxKinds = 20;

    public static RouteGroupBuilder MapOwnSettings(this RouteGroupBuilder settings)
    {
        settings.MapGet("", async (HttpContext http, Caller caller, NoticesDbContext db, CancellationToken ct) =>
                Answer(http, await FindAsync(db, caller.Organization, "", PrintOf(caller), ct) ?? Unset(caller.Organization, "", PrintOf(caller))))
            .WithName("GetNoticeSettings").WithSummary("How the caller is notified of answers to own reports");
        settings.MapPut("", (HttpContext http, Caller caller, Writer<NoticesDbContext> writer, TimeProvider clock, CancellationToken ct) =>
                SetAsync(http, caller.Organization, "", PrintOf(caller), true, null, writer, clock, ct))
            .WithName("SetNoticeSettings").WithSummary("Sets how the caller is notified; needs If-Match with the settings' ETag")
            .Accepts<NoticeSettingsChange>("application/json").ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        return settings;
    }

    public static RouteGroupBuilder MapUnitSettings(this RouteGroupBuilder units)
    {
        units.MapGet("", ListAsync).WithName("ListUnitNoticeSettings")
            .WithSummary("How each unit of the caller's party is notified, and where that failed").ProducesProblem(404);
        units.MapGet("/{code}", GetAsync).WithName("GetUnitNoticeSettings").WithSummary("How a unit is notified").ProducesProblem(404);
        units.MapPut("/{code}", SetOfUnitAsync).WithName("SetUnitNoticeSettings")
            .WithSummary("Sets how a unit is notified; needs If-Match with the settings' ETag")
            .Accepts<NoticeSettingsChange>("application/json").ProducesProblem(404).ProducesProblem(412).ProducesProblem(422).ProducesProblem(428);
        return units;
    }

    /// <summary>The units that the caller may set; a party has at most some hundred, so that one page holds them.</summary>
    private static async Task<Results<Ok<Page<NoticeSettings>>, Problem>> ListAsync(Caller caller, NoticesDbContext db, CurrentDirectory directory,
        CancellationToken ct)
    {
        if (directory.Now.Party(caller.Organization) is not { } party) return Problem.NotFound();
        var set = (await db.Recipients.Where(r => r.Organization == caller.Organization && r.Unit != "").ToListAsync(ct))
            .ToDictionary(r => r.Unit, StringComparer.Ordinal);
        return TypedResults.Ok(new Page<NoticeSettings>([.. party.Units.Where(u => u.ClosedOn is null && UnitAccess.MaySet(caller, party, u.Code))
            .Select(u => View(set.GetValueOrDefault(u.Code) ?? Unset(caller.Organization, u.Code, ""), u.Mailbox))], null));
    }

    private static async Task<Results<Ok<NoticeSettings>, Problem>> GetAsync(string code, HttpContext http, Caller caller, NoticesDbContext db,
        CurrentDirectory directory, CancellationToken ct) =>
        UnitAccess.MaySet(caller, directory.Now.Party(caller.Organization), code)
            ? Answer(http, await FindAsync(db, caller.Organization, code, "", ct) ?? Unset(caller.Organization, code, ""),
                directory.Now.Party(caller.Organization)!.Unit(code)!.Mailbox)
            : Problem.NotFound();

    private static Task<Results<Ok<NoticeSettings>, Problem>> SetOfUnitAsync(string code, HttpContext http, Caller caller,
        Writer<NoticesDbContext> writer, CurrentDirectory directory, TimeProvider clock, CancellationToken ct) =>
        SetAsync(http, caller.Organization, code, "", UnitAccess.MaySet(caller, directory.Now.Party(caller.Organization), code),
            directory.Now.Party(caller.Organization)?.Unit(code)?.Mailbox, writer, clock, ct);

    private static async Task<Results<Ok<NoticeSettings>, Problem>> SetAsync(HttpContext http, string organization, string unit, string person,
        bool maySet, string? mailbox, Writer<NoticesDbContext> writer, TimeProvider clock, CancellationToken ct)
    {
        var (change, problem) = await StrictJson.ReadAsync<NoticeSettingsChange>(http.Request, ClientJson.Default, (c, errors) => Check(c, unit, errors));
        if (change is null) return problem!;
        if (!maySet) return Problem.NotFound();
        var (set, stale) = await writer.WriteAsync<(Recipient?, Problem?)>(async work =>
        {
            var known = await work.Db.Recipients.FindAsync(organization, unit, person);
            if (IfMatch.Check(http.Request, known?.Version ?? 0) is { } refusal) return (null, refusal);
            var to = known ?? work.Db.Add(Unset(organization, unit, person)).Entity;
            if ((to.Email, to.LeaderEmail, to.Phone) != (change.Email, change.LeaderEmail, change.Phone))
                (to.FailedAt, to.FailureCode, to.FailureChannel) = (null, null, null);
            (to.Email, to.LeaderEmail, to.Phone) = (change.Email, change.LeaderEmail, change.Phone);
            (to.DigestHour, to.QuietFrom, to.QuietTo) = (change.DigestHour, change.QuietFrom, change.QuietTo);
            (to.Muted, to.Version, to.ChangedAt) = (string.Join(' ', (change.Muted ?? []).Distinct().Order(StringComparer.Ordinal)), to.Version + 1,
                clock.GetUtcNow());
            return (to, null);
        }, ct);
        return set is null ? stale! : Answer(http, set, mailbox);
    }

    private static void Check(NoticeSettingsChange c, string unit, FieldErrors errors)
    {
        Address(c.Email, "/email");
        Address(c.LeaderEmail, "/leaderEmail");
        // A person has no leader here, and gets no SMS: nothing about one's own report is urgent.
        if (unit.Length == 0 && c.LeaderEmail is not null) errors.Add("/leaderEmail", FieldCodes.InvalidValue);
        if (unit.Length == 0 && c.Phone is not null) errors.Add("/phone", FieldCodes.InvalidValue);
        if (c.Phone is { } phone && (phone.TrimStart('+') is not { Length: >= 8 and <= 15 } digits || !digits.All(char.IsAsciiDigit)
            || phone.Length > digits.Length + 1)) errors.Add("/phone", FieldCodes.InvalidPhone);
        Hour(c.DigestHour, "/digestHour");
        Hour(c.QuietFrom, "/quietFrom");
        Hour(c.QuietTo, "/quietTo");
        if (c.QuietFrom is null != c.QuietTo is null) errors.Add(c.QuietFrom is null ? "/quietFrom" : "/quietTo", FieldCodes.Required);
        else if (c.QuietFrom is not null && c.QuietFrom == c.QuietTo) errors.Add("/quietTo", FieldCodes.InvalidValue);
        if (c.Muted is { Count: > MaxKinds }) errors.Add("/muted", FieldCodes.TooMany, MaxKinds);
        else
            foreach (var (index, kind) in (c.Muted ?? []).Index())
                if (!Vocabulary.NoticeKinds.ContainsKey(kind)) errors.Add($"/muted/{index}", FieldCodes.UnknownCode);
                else if (NoticeKinds.IsDuty(kind)) errors.Add($"/muted/{index}", FieldCodes.DutyNotice);

        void Address(string? address, string pointer)
        {
            if (address is not null && !EmailAddress.IsValid(address)) errors.Add(pointer, FieldCodes.InvalidEmail);
        }

        void Hour(int? hour, string pointer)
        {
            if (hour is < 0 or > 23) errors.Add(pointer, FieldCodes.InvalidValue);
        }
    }

    private static Task<Recipient?> FindAsync(NoticesDbContext db, string organization, string unit, string person, CancellationToken ct) =>
        db.Recipients.FirstOrDefaultAsync(r => r.Organization == organization && r.Unit == unit && r.Person == person, ct);

    private static Recipient Unset(string organization, string unit, string person) => new() { Organization = organization, Unit = unit, Person = person };

    private static string PrintOf(Caller caller) => SubmitterRecorded.PrintOf(caller.Organization, caller.Subject);

    private static Ok<NoticeSettings> Answer(HttpContext http, Recipient r, string? mailbox = null)
    {
        http.Response.Headers.ETag = $"\"{r.Version}\"";
        return TypedResults.Ok(View(r, mailbox));
    }

    private static NoticeSettings View(Recipient r, string? mailbox) => new(r.Version, r.Unit.Length == 0 ? null : r.Unit, r.Email, r.LeaderEmail, r.Phone,
        r.DigestHour, r.QuietFrom, r.QuietTo, r.MutedKinds, r.FailedAt is { } at ? new(at, r.FailureCode!, r.FailureChannel!) : null, mailbox);
}
