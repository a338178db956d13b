using System.Globalization;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Workbench.Access;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc.Rendering;

namespace Avvik.Workbench.Pages.NationalReport;

/// <summary>What one says when the report is sent; it is kept nowhere.</summary>
public sealed class NationalReportInput
{
    public string? Name { get; set; }
    public string? Phone { get; set; }
    public string? Position { get; set; }
    public string? Role { get; set; }
}

/// <summary>The report of a serious event to melde.no, filled in: to send, or to fill in there.</summary>
internal sealed class IndexModel(IAvvikClient client, Places places, Me me, Text text) : PageModel
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] Senders = ["Manager", "Treator", "OtherEmployee", "Other"];

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }
    /// <summary>Set when one comes from a case.</summary>
    [BindProperty(SupportsGet = true, Name = "case")]
    public bool IsCase { get; set; }
    [BindProperty]
    public NationalReportInput Input { get; set; } = new();

    /// <summary>Null when it is not the user's.</summary>
    public NationalReportDraft? Draft { get; private set; }
    public string Party { get; private set; } = "";
    public string Document { get; private set; } = "";
    public string Reference => Value("/Header/ExternalCaseId") ?? "";
    public string Back => IsCase ? $"/case/{Id}" : $"/report/{Id}";
    public SeriousIncidentRule Rule => Vocabulary.SeriousIncidentRuleOn(text.Today);
    public IEnumerable<SelectListItem> Roles => Senders.Select(r => new SelectListItem(text[$"national.role.{r}"], r));

    /// <summary>What the case has given the report.</summary>
    public IEnumerable<(NationalReportField Field, string Value)> Filled =>
        Draft!.Fields.Where(f => Value(f.Pointer) is not null).Select(f => (f, Value(f.Pointer)!));

    /// <summary>What it has not: asked for when it is sent, or to be filled in at melde.no. The patient is a sentence of its own.</summary>
    public IEnumerable<NationalReportField> Missing => Draft!.Fields.Where(f => Value(f.Pointer) is null && !IsPatient(f));

    /// <summary>How much of the limit is used: «1 200 av 30 000 tegn».</summary>
    public string? UseOf(NationalReportField field, string? value = null) => field.MaxLength is not { } most ? null
        : value is null ? text["national.atMost", text.Number(most)] : text["national.used", text.Number(value.Length), text.Number(most)];

    /// <summary>How long what is said of the sender may be.</summary>
    public int LimitOf(string name) => Draft!.Fields.First(f => f.Pointer == $"/Header/Reporter/{name}").MaxLength!.Value;

    public string LabelOf(NationalReportField field) => text[$"national.field.{string.Join('.', field.Pointer.Split('/')[^2..])}"];

    public async Task OnGetAsync(CancellationToken ct)
    {
        await ReadAsync(ct);
        Input.Name = me.Name;
        Input.Role = "OtherEmployee";
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Clear();
        try
        {
            await client.SendNationalReportAsync(Id, new()
            {
                Name = Input.Name.TrimToNull(),
                Phone = Input.Phone.TrimToNull(),
                Position = Input.Position.TrimToNull(),
                Role = Input.Role.TrimToNull(),
            }, ct);
            return RedirectToPage(new { id = Id, @case = IsCase ? "true" : null });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status is HttpStatusCode.Gone or HttpStatusCode.TooManyRequests)
        {
            ModelState.AddProblem(problem, "Input.");
        }
        // Whether it arrived is not known; sent again it is the same message.
        catch (Exception error) when (error is AvvikProblemException { Status: HttpStatusCode.ServiceUnavailable } or AvvikUnavailableException
            || (error is TaskCanceledException && !ct.IsCancellationRequested))
        {
            ModelState.AddModelError("", text["national.unavailable"]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ReadAsync(ct);
        return Page();
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        Response.Headers.CacheControl = "no-store";
        Party = (await places.GetAsync(ct)).Party(me.Organization);
        try
        {
            Draft = await client.GetNationalReportAsync(Id, ct);
            Document = JsonSerializer.Serialize(Draft.Document, Readable);
        }
        // Not theirs, or not serious: the page says whose it is.
        catch (AvvikProblemException problem) when (problem.Status is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }

    private static bool IsPatient(NationalReportField field) => field.Pointer.StartsWith("/Header/Patient/", StringComparison.Ordinal);

    private string? Value(string pointer)
    {
        var at = Draft!.Document;
        foreach (var name in pointer.Split('/', StringSplitOptions.RemoveEmptyEntries))
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(name, out at)) return null;
        var value = at.GetString();
        return DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? text.Day(day) : value.TrimToNull();
    }
}
