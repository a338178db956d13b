using System.Net;
using Avvik.Client;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Refit;

namespace Avvik.Workbench.Pages.Attachments;

/// <summary>
/// Files of a deviation: whoever may open the patient's envelope reads them, and both parties add some. A file is held in memory for as long as it takes,
/// and never written to this machine's disk.
/// </summary>
[RequestSizeLimit(MaxBody), RequestFormLimits(MultipartBodyLengthLimit = MaxBody, MemoryBufferThreshold = MaxBody)]
internal sealed class IndexModel(IAvvikClient client, Text text) : PageModel
{
    // That of a file, and the form around it.
    private const int MaxBody = 10 * 1024 * 1024 + 32 * 1024;
    private const string Report = "report", Answer = "answer";

    [BindProperty(SupportsGet = true)]
    public Guid Id { get; set; }
    /// <summary>Set when one comes from a case, as the party that answers.</summary>
    [BindProperty(SupportsGet = true, Name = "answer")]
    public bool IsAnswer { get; set; }
    [BindProperty]
    public IFormFile? Upload { get; set; }

    /// <summary>Null when the caller may add files and read none.</summary>
    public IReadOnlyList<Attachment>? Items { get; private set; }
    public bool AnyRemovable => Items?.Any(i => i.Removable) == true;
    public string Back => IsAnswer ? $"/case/{Id}" : $"/report/{Id}";

    public string SizeOf(Attachment a) => a.Size < 1024 * 1024 ? text["attachments.kilobytes", (a.Size + 1023) / 1024]
        : text["attachments.megabytes", decimal.Round(a.Size / 1048576m, 1)];

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public async Task<IActionResult> OnPostAsync(CancellationToken ct)
    {
        ModelState.Clear();
        if (Upload is null || Upload.Length == 0) ModelState.AddModelError(nameof(Upload), text["attachments.chooseFile"]);
        else
        {
            try
            {
                await using var content = Upload.OpenReadStream();
                await client.AddAttachmentAsync(Id, IsAnswer ? Answer : Report, new StreamPart(content, Upload.FileName), ct);
                TempData["notice"] = text["attachments.added"];
                return RedirectToPage(new { id = Id, answer = IsAnswer ? "true" : null });
            }
            catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status == HttpStatusCode.RequestEntityTooLarge)
            {
                ModelState.AddProblem(problem, names: new Dictionary<string, string>(StringComparer.Ordinal) { ["/file"] = nameof(Upload) });
            }
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ReadAsync(ct);
        return Page();
    }

    /// <summary>Takes back a file, until the case has been answered.</summary>
    public async Task<IActionResult> OnPostRemoveAsync(Guid attachment, CancellationToken ct)
    {
        ModelState.Clear();
        try
        {
            await client.RemoveAttachmentAsync(Id, attachment, ct);
            TempData["notice"] = text["attachments.removed"];
            return RedirectToPage(new { id = Id, answer = IsAnswer ? "true" : null });
        }
        catch (AvvikProblemException problem) when (problem.IsRefusal()) { ModelState.AddProblem(problem); }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ReadAsync(ct);
        return Page();
    }

    /// <summary>The file, to be saved: the browser opens nothing of it in this page.</summary>
    public async Task<IActionResult> OnGetOpenAsync(Guid attachment, CancellationToken ct)
    {
        var content = await client.OpenAttachmentAsync(Id, attachment, ct);
        Response.RegisterForDispose(content);
        Response.Headers.CacheControl = "no-store";
        return File(await content.ReadAsStreamAsync(ct), content.Headers.ContentType?.MediaType ?? "application/octet-stream",
            content.Headers.ContentDisposition is { } disposition ? disposition.FileNameStar ?? disposition.FileName?.Trim('"') : null);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        try { Items = (await client.ListAttachmentsAsync(Id, ct)).Items; }
        catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.NotFound)
        {
            // Whoever sees the report but may not open its envelope may still add to it; for everybody else there is nothing here.
            if (!IsAnswer) await client.GetDeviationAsync(Id, ct);
            else await client.GetCaseAsync(Id, ct);
        }
    }
}
