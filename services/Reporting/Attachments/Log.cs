namespace Avvik.Reporting.Attachments;

internal static partial class Log
{
    [LoggerMessage(4020, LogLevel.Critical, "ALARM: a file that {Subject} of {Organization} added to {Id} was refused: the virus scanner found something")]
    public static partial void VirusFound(this ILogger log, string subject, string organization, Guid id);

    [LoggerMessage(4021, LogLevel.Error, "A file for {Id} was not taken: {Reason} The caller is asked to try again.")]
    public static partial void ScannerUnavailable(this ILogger log, Guid id, string reason);

    [LoggerMessage(4023, LogLevel.Error, "A file for {Id} could not be written to disk; the caller is asked to try again")]
    public static partial void AttachmentNotStored(this ILogger log, Exception error, Guid id);

    [LoggerMessage(4022, LogLevel.Error, "Attachment {Attachment} cannot be read: its key is not in the ring, or its file is gone or changed")]
    public static partial void AttachmentUnreadable(this ILogger log, Guid attachment);
}
