using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Json;
using Avvik.Hosting.Problems;
using Avvik.TextProtection;
using Avvik.Reporting.SubmitDeviation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Avvik.Reporting.LaunchReport;

/// <summary>
/// The health record says what its user is about to report, and opens the workbench's form with it. The context travels in the address, so it is sealed, has no
/// patient, ends after minutes, and opens for the party that made it alone.
/// </summary>
internal static class LaunchReportEndpoints
{
    private static readonly TimeSpan ValidFor = TimeSpan.FromMinutes(10);

    public static RouteGroupBuilder MapLaunchReport(this RouteGroupBuilder deviations)
    {
        deviations.MapPost("/launch", LaunchAsync).WithName("LaunchReport")
            .WithSummary("Seal what the health record knows, for the workbench's form to begin with; valid for ten minutes")
            .Accepts<LaunchContext>("application/json").ProducesProblem(400).ProducesProblem(403).ProducesProblem(422);
        deviations.MapPost("/launch/open", OpenAsync).WithName("OpenLaunch").WithSummary("What the form begins with")
            .Accepts<OpenLaunch>("application/json").ProducesProblem(400).ProducesProblem(410).ProducesProblem(422);
        return deviations;
    }

    private static async Task<Results<Ok<ReportLaunch>, Problem>> LaunchAsync(HttpContext http, Caller caller, SubmissionRules rules, TextProtector texts,
        TimeProvider clock)
    {
        if (rules.Reporter(caller) is not { } reporter) return new Problem(StatusCodes.Status403Forbidden, ProblemCodes.OrganizationNotInDirectory);
        var (context, problem) = await StrictJson.ReadAsync<LaunchContext>(http.Request, ClientJson.Default, (c, errors) =>
        {
            if (c.Respondent is null) errors.Add("/respondent", FieldCodes.Required);
            rules.Check(Begun(c, clock), reporter, errors);
        });
        if (context is null) return problem!;
        var until = clock.GetUtcNow() + ValidFor;
        var launch = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(
            texts.Protect(JsonSerializer.Serialize(new Sealed(caller.Organization, until, context), JsonSerializerOptions.Web)).Value));
        return TypedResults.Ok(new ReportLaunch(launch, $"/report?launch={launch}", until));
    }

    private static async Task<Results<Ok<LaunchContext>, Problem>> OpenAsync(HttpContext http, Caller caller, TextProtector texts, TimeProvider clock)
    {
        Sealed? launched = null;
        var (body, problem) = await StrictJson.ReadAsync<OpenLaunch>(http.Request, ClientJson.Default, (b, errors) =>
        {
            if (b.Launch is null) errors.Add("/launch", FieldCodes.Required);
            else if ((launched = Read(b.Launch, texts)) is null || launched.Organization != caller.Organization) errors.Add("/launch", FieldCodes.InvalidValue);
        });
        if (body is null) return problem!;
        return launched!.Until < clock.GetUtcNow() ? new Problem(StatusCodes.Status410Gone, ProblemCodes.LaunchExpired) : TypedResults.Ok(launched.Context);
    }

    // What the record cannot know is as the form would have it, so that only what it said is checked.
    private static Submission Begun(LaunchContext context, TimeProvider clock) => new()
    {
        ClientReference = context.ClientReference ?? "-",
        Respondent = context.Respondent ?? new(),
        Kind = context.Kind ?? Vocabulary.Kinds.Keys.First(),
        OccurredAt = context.OccurredAt ?? $"{Hosting.Calendar.NorwegianCalendar.DayOf(clock.GetUtcNow()):yyyy-MM-dd}",
        Narrative = "-",
        ReportingUnit = context.ReportingUnit,
        PatientMunicipality = context.PatientMunicipality,
        Category = context.Category,
        AffectedMessage = context.AffectedMessage,
        MessageId = context.MessageId,
        Difference = context.Difference,
        PatientGroups = context.PatientGroups,
    };

    private static Sealed? Read(string launch, TextProtector texts)
    {
        try
        {
            return JsonSerializer.Deserialize<Sealed>(texts.Reveal(new ProtectedText(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(launch)))),
                JsonSerializerOptions.Web);
        }
        catch (Exception error) when (error is FormatException or CryptographicException or JsonException) { return null; }
    }

    private sealed record Sealed(string Organization, DateTimeOffset Until, LaunchContext Context);
}
