using System.Security.Cryptography;
using Avvik.AccessLog;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Hosting.Callers;
using Avvik.Hosting.Problems;
using Avvik.Storage;
using Avvik.Reporting.Deviations;
using Avvik.Reporting.OpenEnvelope;
using Avvik.Reporting.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace Avvik.Reporting.Attachments;

internal static class AttachmentEndpoints
{
    // What a form has beside the file.
    private const int MaxForm = 16 * 1024, MaxField = 100, MaxName = 200;
    private const string Report = "report", Message = "message", Answer = "answer";

    public static RouteGroupBuilder MapAttachments(this RouteGroupBuilder deviations)
    {
        var attachments = deviations.MapGroup("/{id:guid}/attachments");
        attachments.MapPost("", AddAsync).WithName("AddAttachment").WithSummary("Add a file to the report, to a message or to the answer")
            .WithDescription("""
                A form with «belongsTo» (report, message, answer) and then «file»: PDF, JPEG, PNG or plain text in UTF-8, known by its content, at most
                10 MiB, ten for each of the three. Report and message: whoever sees the deviation as its reporter's party; answer: whoever handles the case.
                What a picture says of where, when and with what it was taken is removed. The same file again is answered with the first.
                """)
            .WithMetadata(new RequestSizeLimitAttribute(AttachmentOptions.MaxSize + MaxForm))
            .Accepts<NewAttachment>("multipart/form-data")
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422).ProducesProblem(503);
        attachments.MapGet("", ListAsync).WithName("ListAttachments").WithSummary("Files of a deviation, for those who may open the patient's envelope; logged")
            .ProducesProblem(404).ProducesProblem(503);
        attachments.MapGet("/{attachmentId:guid}", OpenAsync).WithName("OpenAttachment")
            .WithSummary("A file, for those who may open the patient's envelope; every opening is logged")
            .Produces<byte[]>(200, "application/octet-stream").ProducesProblem(404).ProducesProblem(410).ProducesProblem(503);
        attachments.MapDelete("/{attachmentId:guid}", RemoveAsync).WithName("RemoveAttachment")
            .WithSummary("Remove a file, for whoever added it, until the case has been answered; its hash stays in the access log")
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        return deviations;
    }

    private static async Task<Results<Created<Attachment>, Ok<Attachment>, Problem>> AddAsync(Guid id, HttpContext http, Caller caller,
        ReportingDbContext db, Writer<ReportingDbContext> writer, DeviationAccess access, CurrentCase cases, AttachmentFolder folder,
        AttachmentFiles files, AttachmentKeys keys, AccessJournal<ReportingDbContext> journal, TimeProvider clock, ILogger<AttachmentFiles> log,
        CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var media) || media.MediaType != "multipart/form-data"
            || HeaderUtilities.RemoveQuotes(media.Boundary).Value is not { Length: > 0 and <= 70 } boundary)
            return Problem.OfStatus(StatusCodes.Status415UnsupportedMediaType);
        if (folder.Path is null) return Problem.Conflict(ProblemCodes.AttachmentsOff);
        var reader = new MultipartReader(boundary, http.Request.Body) { HeadersLengthLimit = MaxForm };
        var errors = new FieldErrors();
        string? belongsTo = null;
        while (await NextAsync() is var (name, disposition, content))
        {
            switch (name)
            {
                case "belongsTo" when belongsTo is null:
                    belongsTo = await ReadFieldAsync(content, ct);
                    if (!Vocabulary.CodesOf("attachmentOwners").Contains(belongsTo, StringComparer.Ordinal)) errors.Add("/belongsTo", FieldCodes.UnknownCode);
                    break;
                case "file" when belongsTo is not null && !errors.Any:
                    if (await RefusalAsync(id, belongsTo, http, caller, access, cases, ct) is { } refusal) return refusal;
                    return await StoreAsync(id, belongsTo, NameOf(disposition), content, await MayRemoveAsync(id, db, ct), caller, writer, files, keys, journal,
                        clock, log, ct);
                case "file":
                    if (belongsTo is null) errors.Add("/belongsTo", FieldCodes.Required);
                    return Problem.Invalid(errors);
                default:
                    errors.Add("", FieldCodes.UnknownMember);
                    return Problem.Invalid(errors);
            }
        }
        errors.Add("/file", FieldCodes.Required);
        return Problem.Invalid(errors);

        async Task<(string? Name, ContentDispositionHeaderValue Disposition, Stream Content)?> NextAsync()
        {
            try
            {
                return await reader.ReadNextSectionAsync(ct) is { } section
                    && ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)
                    ? (HeaderUtilities.RemoveQuotes(disposition.Name).Value, disposition, section.Body) : null;
            }
            // The form has no end, or too long a header.
            catch (Exception error) when (error is (InvalidDataException or IOException) and not Microsoft.AspNetCore.Http.BadHttpRequestException)
            {
                return null;
            }
        }
    }

    /// <summary>Whoever may not add a file of the kind gets 404, as for a deviation that does not exist; one that has ended takes none.</summary>
    private static async Task<Problem?> RefusalAsync(Guid id, string belongsTo, HttpContext http, Caller caller, DeviationAccess access,
        CurrentCase cases, CancellationToken ct)
    {
        if (await cases.KnownAsync(id, ct) is not { } known) return Problem.NotFound();
        if (belongsTo == Answer)
        {
            if (await cases.ForAsync(caller, id, known, http.Request, ct) is not { } current) return Problem.Unavailable();
            if (!EnvelopeAccess.Handles(caller, current)) return Problem.NotFound();
        }
        else if (!access.IsVisibleTo(known.Reported, caller, known.Status)) return Problem.NotFound();
        return CaseStates.IsFinal(known.Status) ? Problem.Conflict(ProblemCodes.AlreadyDecided) : null;
    }

    private static async Task<Results<Created<Attachment>, Ok<Attachment>, Problem>> StoreAsync(Guid id, string belongsTo, string name, Stream content,
        bool mayRemove, Caller caller, Writer<ReportingDbContext> writer, AttachmentFiles files, AttachmentKeys keys, AccessJournal<ReportingDbContext> journal,
        TimeProvider clock, ILogger log, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        StoredFile file;
        try { file = await files.StoreAsync(Guid.CreateVersion7(now), content, ct); }
        catch (UnreadableFileException) { return Invalid(FieldCodes.UnreadableFile); }
        catch (FileTooLargeException) { return Problem.OfStatus(StatusCodes.Status413PayloadTooLarge); }
        catch (VirusFoundException)
        {
            log.VirusFound(caller.Subject, caller.Organization, id);
            return Invalid(FieldCodes.VirusFound);
        }
        catch (ScannerUnavailableException error)
        {
            log.ScannerUnavailable(id, error.Message);
            return Problem.Unavailable();
        }
        catch (Exception error) when (error is (IOException or UnauthorizedAccessException) and not Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            log.AttachmentNotStored(error, id);
            return Problem.Unavailable();
        }
        var row = new AttachmentRecord
        {
            Id = file.Id,
            DeviationId = id,
            BelongsTo = belongsTo,
            Name = keys.SealName(file.Id, name),
            ContentType = file.ContentType,
            Size = file.Size,
            Hash = file.Hash,
            Key = file.Key,
            At = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds()),
            Organization = caller.Organization,
            Subject = caller.Subject,
        };
        // Its file is on disk; a file whose row is not written, or is unknown to be, is removed when nobody can write that row any more.
        var (stored, refusal) = await writer.WriteAsync<(AttachmentRecord?, Problem?)>(async unit =>
        {
            await unit.SerializeAsync(id);
            var others = await unit.Db.Attachments.AsNoTracking().Where(a => a.DeviationId == id && a.BelongsTo == belongsTo).ToListAsync();
            // Sent again, since the answer did not arrive.
            if (others.Find(a => a.Hash == row.Hash && (a.Id == row.Id || a.Subject == row.Subject)) is { } same) return (same, null);
            if (others.Count >= AttachmentOptions.MaxOfOwner) return (null, Invalid(FieldCodes.TooMany, AttachmentOptions.MaxOfOwner));
            await unit.InsertAsync(row);
            journal.Append(unit, caller, AccessActions.AttachmentAdded, [id]);
            return (row, null);
        }, ct);
        if (stored?.Id != row.Id) files.Delete(row.Id);
        if (stored is null) return refusal!;
        var view = View(stored, keys, caller, mayRemove);
        return stored.Id == row.Id ? TypedResults.Created($"/api/v1/deviations/{id}/attachments/{row.Id}", view) : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<Page<Attachment>>, Problem>> ListAsync(Guid id, HttpContext http, Caller caller, ReportingDbContext db,
        CurrentCase cases, AttachmentKeys keys, AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (await OpeningRefusalAsync(id, http, caller, cases, ct) is { } refusal) return refusal;
        var rows = await db.Attachments.Where(a => a.DeviationId == id).OrderBy(a => a.At).ThenBy(a => a.Id).ToListAsync(ct);
        if (rows.Count > 0) await journal.ReadAsync(caller, AccessActions.AttachmentsListed, [id], ct);
        var mayRemove = await MayRemoveAsync(id, db, ct);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(new Page<Attachment>([.. rows.Select(r => View(r, keys, caller, mayRemove))], null));
    }

    /// <summary>A mistake is taken back while nobody has judged by it: the row with its key goes first, then the file.</summary>
    private static async Task<Results<NoContent, Problem>> RemoveAsync(Guid id, Guid attachmentId, HttpContext http, Caller caller, ReportingDbContext db,
        DeviationAccess access, CurrentCase cases, AttachmentFolder folder, AttachmentFiles files, Writer<ReportingDbContext> writer,
        AccessJournal<ReportingDbContext> journal, CancellationToken ct)
    {
        if (folder.Path is null || await db.Attachments.FirstOrDefaultAsync(a => a.Id == attachmentId && a.DeviationId == id, ct) is not { } row
            || !IsBy(row, caller))
            return Problem.NotFound();
        if (await RefusalAsync(id, row.BelongsTo, http, caller, access, cases, ct) is { } refusal) return refusal;
        var answered = await writer.WriteAsync(async unit =>
        {
            await unit.SerializeAsync(id);
            if (await unit.Sql.ScalarAsync<bool>("select answered_at is not null from deviations where id = @p1", id))
                return Problem.Conflict(ProblemCodes.AlreadyAnswered);
            // Gone already: by a call whose reply was lost, which is in the log.
            if (await unit.Sql.ExecuteAsync("delete from attachments where id = @p1", attachmentId) == 1)
                journal.Append(unit, caller, AccessActions.AttachmentRemoved, [id], target: $"{attachmentId} {row.Hash}");
            return null;
        }, ct);
        if (answered is not null) return answered;
        files.Delete(attachmentId);
        return TypedResults.NoContent();
    }

    private static bool IsBy(AttachmentRecord a, Caller caller) => a.Organization == caller.Organization && a.Subject == caller.Subject;

    private static async Task<bool> MayRemoveAsync(Guid id, ReportingDbContext db, CancellationToken ct) =>
        await db.Deviations.Where(d => d.Id == id && d.AnsweredAt == null).Select(d => d.Status).FirstOrDefaultAsync(ct) is { } status
        && !CaseStates.IsFinal(status);

    private static async Task<IResult> OpenAsync(Guid id, Guid attachmentId, HttpContext http, Caller caller, ReportingDbContext db,
        CurrentCase cases, AttachmentFolder folder, AttachmentFiles files, AttachmentKeys keys, Writer<ReportingDbContext> writer,
        AccessJournal<ReportingDbContext> journal, ILogger<AttachmentFiles> log, CancellationToken ct)
    {
        if (await OpeningRefusalAsync(id, http, caller, cases, ct) is { } refusal) return refusal;
        if (folder.Path is null || await db.Attachments.FirstOrDefaultAsync(a => a.Id == attachmentId && a.DeviationId == id, ct) is not { } row)
            return Problem.NotFound();
        await writer.WriteAsync(unit =>
        {
            journal.Append(unit, caller, AccessActions.AttachmentOpened, [id], target: $"{attachmentId}");
            return Task.FromResult(true);
        }, ct);
        return new AttachmentContent(row, NameOf(row, keys), files, log);
    }

    /// <summary>Files are for those who may open the patient's envelope; for everybody else there are none.</summary>
    private static async Task<Problem?> OpeningRefusalAsync(Guid id, HttpContext http, Caller caller, CurrentCase cases, CancellationToken ct)
    {
        if (await cases.KnownAsync(id, ct) is not { } known) return Problem.NotFound();
        if (await cases.ForAsync(caller, id, known, http.Request, ct) is not { } current) return Problem.Unavailable();
        return EnvelopeAccess.PurposesOf(caller, current).Count > 0 ? null : Problem.NotFound();
    }

    private static async Task<string> ReadFieldAsync(Stream field, CancellationToken ct)
    {
        var buffer = new byte[MaxField];
        var length = await field.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
    }

    // The last part of what may be a path, without what does not print.
    private static string NameOf(ContentDispositionHeaderValue disposition)
    {
        var name = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value ?? "";
        name = string.Concat(name[(name.LastIndexOfAny(['/', '\\']) + 1)..].Where(c => !char.IsControl(c))).Trim();
        return name.Length == 0 ? "vedlegg" : name.Length > MaxName ? name[..MaxName] : name;
    }

    private static string NameOf(AttachmentRecord row, AttachmentKeys keys)
    {
        try { return keys.OpenName(row.Id, row.Name); }
        catch (CryptographicException) { return Texts.Message("unreadableText"); }
    }

    private static Attachment View(AttachmentRecord a, AttachmentKeys keys, Caller caller, bool mayRemove) =>
        new(a.Id, a.BelongsTo, NameOf(a, keys), a.ContentType, a.Size, a.Hash, a.At, a.Organization, mayRemove && IsBy(a, caller));

    private static Problem Invalid(string code, params object?[] values)
    {
        var errors = new FieldErrors();
        errors.Add("/file", code, values);
        return Problem.Invalid(errors);
    }

    /// <summary>A file as the answer. It is opened by nothing here: neither shown in the page that links to it, nor taken for another type.</summary>
    private sealed class AttachmentContent(AttachmentRecord row, string name, AttachmentFiles files, ILogger log) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            try
            {
                var disposition = new ContentDispositionHeaderValue("attachment");
                disposition.SetHttpFileName(name);
                (response.ContentType, response.ContentLength) = (row.ContentType, row.Size);
                response.Headers.ContentDisposition = disposition.ToString();
                response.Headers.CacheControl = "no-store";
                response.Headers.XContentTypeOptions = "nosniff";
                response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
                await files.CopyToAsync(row, response.Body, httpContext.RequestAborted);
            }
            catch (Exception error) when (error is CryptographicException or FileNotFoundException or DirectoryNotFoundException)
            {
                log.AttachmentUnreadable(row.Id);
                // What has been sent cannot be taken back, so the connection ends before the answer does.
                if (response.HasStarted)
                {
                    httpContext.Abort();
                    return;
                }
                response.Clear();
                await new Problem(StatusCodes.Status410Gone, ProblemCodes.AttachmentUnreadable).ExecuteAsync(httpContext);
            }
        }
    }
}

internal static class AttachmentExtensions
{
    public static void AddAttachments(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<AttachmentOptions>().BindConfiguration("Attachments").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<AttachmentFolder>();
        builder.Services.AddSingleton(s => new AttachmentKeys(new(
            s.GetRequiredService<Microsoft.Extensions.Options.IOptionsMonitor<TextProtection.KeyRingOptions>>().Get("EnvelopeProtection"))));
        builder.Services.AddSingleton<AttachmentFiles>();
        builder.Services.AddHostedService<AttachmentUpkeep>();
    }
}
