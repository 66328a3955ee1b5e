import type { z } from "zod";
import type { settingsUpdate } from "./validation.js";

/** The settings of one network that its admin can change here (OpenAPI v3, update network setting configuration). */
export class NetworkSettings {
  #tierHandler = "";
  #isSocialEnabled = true;
  #isVideoStreamingEnabled = true;
  #isChatEnabled = true;
  #isAllowListEnabled = false;

  reset(): void {
    const on = { socialEnabled: true, videoStreamingEnabled: true, chatEnabled: true };
    this.update({ ...on, tierHandler: "", isWhitelistEnabled: false });
  }

  /** What is undefined stays as it is. */
  update(change: z.output<typeof settingsUpdate>): void {
    this.#tierHandler = change.tierHandler ?? this.#tierHandler;
    this.#isSocialEnabled = change.socialEnabled ?? this.#isSocialEnabled;
    this.#isVideoStreamingEnabled = change.videoStreamingEnabled ?? this.#isVideoStreamingEnabled;
    this.#isChatEnabled = change.chatEnabled ?? this.#isChatEnabled;
    this.#isAllowListEnabled = change.isWhitelistEnabled ?? this.#isAllowListEnabled;
  }

  /** Everything (OpenAPI, NetworkSetting). */
  whole(): object {
    return {
      videoStreaming: { enabled: this.#isVideoStreamingEnabled },
      chat: this.chat(),
      social: this.social(),
      webhook: { enabled: false },
      moderation: { isWhitelistEnabled: this.#isAllowListEnabled },
      tierHandler: this.#tierHandler,
    };
  }

  /** What Amity's SDKs read at each login (OpenAPI, ChatNetworkSetting). */
  chat(): object {
    return {
      enabled: this.#isChatEnabled,
      mention: { isAllowMentionedChannelEnabled: true },
      messagePreview: { enabled: false, isIncludeDeleted: false },
      isAllowAdminViewConversationMessage: true,
      isAllowAdminManageConversationMessage: true,
    };
  }

  /** OpenAPI, SocialNetworkSetting; its sample on learn.social.plus has the values. */
  social(): object {
    return {
      enabled: this.#isSocialEnabled,
      userPrivacySetting: "public",
      membershipAcceptance: "automatic",
      isFollowWithRequestEnabled: false,
      isAllowEditPostWhenReviewingEnabled: true,
      disallowNonMemberInteractInCommunity: true,
      globalFeed: {
        showOnlyMyFeed: false,
        showMyPost: true,
        showEveryonePost: true,
        showCommunityPost: true,
        showFollowingPost: true,
        maxGlobalPinnedPost: 1,
      },
      story: { expiryTimeMinutes: 1_440, allowAllUserToCreateStory: true },
    };
  }
}

/** A network without a configuration of its own: empty (OpenAPI v3, get UIKit config); the UI kit reads `config`. */
export const uiKitSettings = { config: {} };

/** Where links to content lead, with OpenAPI's sample paths (v3, shareable deep links). */
export const deepLinkSettings = {
  domain: "app.example",
  patterns: {
    posts: "/posts/{postId}",
    communities: "/communities/{communityId}",
    users: "/users/{userId}",
    livestreams: "/livestreams/{livestreamId}",
  },
};
