using Avvik.Messaging.Inbox;
using Avvik.Messaging.Operations;
using Avvik.Messaging.Outbox;
using Avvik.Messaging.Watermarks;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Messaging;

/// <summary>The messaging tables, the same in every service.</summary>
public static class MessagingModel
{
    /// <summary>Adds them to a context's model.</summary>
    public static void AddMessaging(this ModelBuilder model)
    {
        model.Entity<OutboxMessage>(e =>
        {
            e.ToTable("outbox_message");
            e.HasIndex(m => new { m.Lane, m.Id }).HasDatabaseName("ix_outbox_message_pending").HasFilter("parked_at is null");
            // Nearly always empty, so nearly free: what the question «is something before me held back?» reads.
            e.HasIndex(m => new { m.AggregateId, m.Id }).HasDatabaseName("ix_outbox_message_refused").HasFilter("attempts > 0");
        });
        model.Entity<OutboxLane>(e =>
        {
            e.ToTable("outbox_lane");
            e.HasKey(l => l.Lane);
            e.Property(l => l.Lane).ValueGeneratedNever();
        });
        model.Entity<InboxMessage>(e =>
        {
            e.ToTable("inbox_message");
            e.HasKey(m => m.MessageId);
            e.Property(m => m.MessageId).ValueGeneratedNever();
        });
        model.Entity<ParkedMessage>(e =>
        {
            e.ToTable("parked_message");
            e.Property(m => m.Id).ValueGeneratedNever();
            e.HasIndex(m => new { m.ParkedAt, m.Id }).HasDatabaseName("ix_parked_message_open").HasFilter("resolved_at is null");
        });
        model.Entity<WatermarkRecord>(e =>
        {
            e.ToTable("publisher_watermark");
            e.HasKey(w => new { w.Publisher, w.CompleteUntil });
        });
    }
}
