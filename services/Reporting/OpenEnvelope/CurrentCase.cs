using System.Net;
using Avvik.CareDirectories;
using Avvik.Contracts.Routing;
using Avvik.Hosting.Calendar;
using Avvik.Hosting.Callers;
using Avvik.Reporting.Persistence;
using Microsoft.EntityFrameworkCore;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Refit;

namespace Avvik.Reporting.OpenEnvelope;

/// <summary>Who has a case: what is known here may be seconds old, so for those who handle it Routing is asked.</summary>
internal sealed partial class CurrentCase(ReportingDbContext db, IRoutingClient routing, CurrentDirectory directory, TimeProvider clock,
    ILogger<CurrentCase> log)
{
    /// <summary>The case as it is known here; null: there is no such deviation.</summary>
    public async Task<EnvelopeAccess.Case?> KnownAsync(Guid id, CancellationToken ct) =>
        await db.Deviations.Where(d => d.Id == id)
            .Select(d => new { d.ReporterOrganization, d.SubmittedBy, d.ReportingUnit, d.RespondentOrganization, d.Status, d.Unit })
            .FirstOrDefaultAsync(ct) is { } d
            ? new(new(d.ReporterOrganization, d.SubmittedBy, d.ReportingUnit), d.RespondentOrganization, d.Status, d.Unit, directory.Now,
                NorwegianCalendar.DayOf(clock.GetUtcNow()))
            : null;

    /// <summary>
    /// The case to judge a caller's access by: as known, for whoever does not handle it by that; else with who has it now. Null when that cannot be known,
    /// and then nothing is opened on what may be old.
    /// </summary>
    public async Task<EnvelopeAccess.Case?> ForAsync(Caller caller, Guid id, EnvelopeAccess.Case known, HttpRequest request, CancellationToken ct)
    {
        if (!EnvelopeAccess.Handles(caller, known)) return known;
        try
        {
            using var answer = await routing.GetHandlingAsync(id, request.Headers[CaseHandling.AuthorizationHeader].ToString(), ct);
            // Not routed yet: what is known here is all there is.
            if (answer.StatusCode == HttpStatusCode.NotFound) return known;
            if (answer.Content is var (respondent, state, unit)) return known with { Respondent = respondent, Status = state, Unit = unit };
            RoutingUnknown(log, id, $"{answer.StatusCode}");
        }
        catch (Exception error) when (error is ApiException or HttpRequestException or TimeoutRejectedException or BrokenCircuitException)
        {
            RoutingUnknown(log, id, error.GetType().Name);
        }
        return null;
    }

    [LoggerMessage(4005, LogLevel.Warning,
        "The envelope of {Id} stays closed: Routing does not say who has the case ({Error}). The caller is asked to try again.")]
    private static partial void RoutingUnknown(ILogger log, Guid id, string error);
}
